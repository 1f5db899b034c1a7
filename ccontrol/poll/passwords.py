"""A password that a controller refused is not tried again until the configuration changes.

Trying it at every poll could lock the controller's account. What is remembered is a seal of it.
"""

from dataclasses import is_dataclass, replace
from typing import Any

from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal, Secret
from ccontrol.store.standing import Health


def to_be_tried(controller: Controller, health: Health, seal: Seal) -> Controller:
    """Return the controller as it may be asked: without a password that it refused."""
    password = _password(controller)
    if password is None or _sealed(password, seal) != health.refused_password:
        return controller
    options: Any = controller.options  # its family's own frozen table, see _password
    return replace(controller, options=replace(options, password=None))


def refused(controller: Controller, health: Health, seal: Seal) -> Health:
    """Return the health after a controller refused the configured password."""
    password = _password(controller)
    return health if password is None else replace(health, refused_password=_sealed(password, seal))


def _password(controller: Controller) -> Secret | None:
    """Return the password of a family whose options have one, by that name."""
    if not is_dataclass(controller.options):
        return None
    found = getattr(controller.options, "password", None)
    return found if isinstance(found, Secret) else None


def _sealed(password: Secret, seal: Seal) -> str:
    return seal.of(password.reveal().encode()).digest
