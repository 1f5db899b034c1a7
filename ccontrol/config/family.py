"""What the configuration must know of a controller family. Drivers satisfy it; none is imported."""

from typing import Protocol

from pydantic import BaseModel


class FamilyManifest(Protocol):
    """The part of a driver's manifest that matters here."""

    @property
    def default_port(self) -> int:
        """The port that a controller has when its owner names none."""
        ...


class Family(Protocol):
    """One family of controllers, as its driver declares it."""

    @property
    def manifest(self) -> FamilyManifest:
        """What the driver says of itself."""
        ...

    @property
    def options(self) -> type[BaseModel]:
        """Schema of the table that bears the family's name."""
        ...

    def freeze(self, options: BaseModel) -> object:
        """Turn checked settings into what `Controller.options` carries."""
        ...
