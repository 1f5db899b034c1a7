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


def tried(text: str, health: Health) -> bool:
    return not passwords.was_refused(controller(1, options=Options(Secret(text))), health, SEAL)


def test_a_password_that_was_refused_is_not_tried_again_but_another_one_is() -> None:
    wrong = controller(1, options=Options(Secret("wrong")))
    assert tried("wrong", Health())
    health = passwords.refused(wrong, Health(), SEAL)
    assert "wrong" not in str(health)
    assert not tried("wrong", health)
    assert tried("right", health)


def test_an_engine_learns_what_a_capture_found_out_and_forgets_nothing() -> None:
    learnt = passwords.learnt(Health(failures=2), Health(refused_password="aa", failures=7))
    assert learnt == Health(failures=2, refused_password="aa")
    assert passwords.learnt(learnt, Health()) == learnt


def test_families_without_passwords_are_left_as_they_are() -> None:
    plain = controller(1)
    assert not passwords.was_refused(plain, Health(), SEAL)
    assert passwords.refused(plain, Health(), SEAL) == Health()
