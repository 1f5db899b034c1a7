"""A password that a controller refused is not tried again until the configuration changes.

Trying it at every poll could lock the controller's account. What is remembered is a seal of it, in
the store's standing files: drivers remember no password, they are told by `Ask.password_refused`.
"""

from dataclasses import is_dataclass, replace

from ccontrol.model.capture import Capture
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal, Secret
from ccontrol.store.standing import Health


def was_refused(controller: Controller, health: Health, seal: Seal) -> bool:
    """Return whether the password that is configured is the one that the controller refused."""
    password = _password(controller)
    return password is not None and _sealed(password, seal) == health.refused_password


def refuses(capture: Capture) -> bool:
    """Return whether the controller refused the configured password in this poll."""
    return dict(capture.notes).get("password", "").startswith("refused")


def refused(controller: Controller, health: Health, seal: Seal) -> Health:
    """Return the health after a controller refused the configured password."""
    password = _password(controller)
    return health if password is None else replace(health, refused_password=_sealed(password, seal))


def learnt(own: Health, stored: Health) -> Health:
    """Return an engine's own health with what `ccontrol capture` learnt during a pause."""
    return replace(own, refused_password=stored.refused_password or own.refused_password)


def _password(controller: Controller) -> Secret | None:
    """Return the password of a family whose options have one, by that name."""
    if not is_dataclass(controller.options):
        return None
    found = getattr(controller.options, "password", None)
    return found if isinstance(found, Secret) else None


def _sealed(password: Secret, seal: Seal) -> str:
    return seal.of(password.reveal().encode()).digest
