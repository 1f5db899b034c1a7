"""[site.people]: whose signatures begin the list of who may sign, pinned outside of the store."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ccontrol.config.schema import Table
from ccontrol.model.approval import Anchor

_KEY = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]{3,50} [A-Za-z0-9+/]{16,8000}={0,2}")


def _a_key(text: str) -> str:
    words = " ".join(text.split()[:2])
    if _KEY.fullmatch(words) is None:
        raise ValueError("want a public key as in a .pub file: ssh-ed25519 AAAA…")
    return words


RootKey = Annotated[str, AfterValidator(_a_key)]


class PeopleTable(Table):
    """[site.people]: the root keys of a site, and what its rules are."""

    roots: tuple[RootKey, ...]
    threshold: int = Field(2, ge=1, le=100)
    requester_approves: bool = False

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if len(set(self.roots)) < len(self.roots):
            raise ValueError("a root key stands twice")
        if not self.roots:
            raise ValueError("want the keys of at least one root")
        if self.threshold > len(self.roots):
            raise ValueError("threshold is more than there are roots")
        return self

    @property
    def model(self) -> Anchor:
        """The anchor that these settings mean."""
        return Anchor(self.roots, self.threshold, self.requester_approves)
