"""A refused password is not tried again."""

from dataclasses import dataclass

from ccontrol.model.secret import Seal, Secret
from ccontrol.poll import passwords
from ccontrol.store.standing import Health
from tests.unit.poll.toy import controller

SEAL = Seal(bytes(32))


@dataclass(frozen=True)
class Options:
    password: Secret | None = None
    rack: int = 0


def tried(text: str, health: Health) -> Secret | None:
    asked = passwords.to_be_tried(controller(1, options=Options(Secret(text))), health, SEAL)
    assert isinstance(asked.options, Options)
    return asked.options.password


def test_a_password_that_was_refused_is_not_tried_again_but_another_one_is() -> None:
    wrong = controller(1, options=Options(Secret("wrong")))
    assert tried("wrong", Health()) == Secret("wrong")
    health = passwords.refused(wrong, Health(), SEAL)
    assert "wrong" not in str(health)
    assert tried("wrong", health) is None
    assert tried("right", health) == Secret("right")


def test_families_without_passwords_are_left_as_they_are() -> None:
    plain = controller(1)
    assert passwords.to_be_tried(plain, Health(), SEAL) is plain
    assert passwords.refused(plain, Health(), SEAL) == Health()
