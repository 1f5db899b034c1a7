"""What is said of one aspect: each kind of look with its own time, never more than was read."""

from datetime import UTC, datetime

import pytest

from ccontrol.cli.sight_words import Looks, sight_words
from ccontrol.model.aspect import Aspect, Strength

READ, MODULES, BLOCKS, GLANCE = (datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in (3, 4, 5, 6))
LOOKS = Looks(GLANCE, MODULES, BLOCKS, READ, frozenset({Aspect.PROGRAM}))
BLOCK_BY_BLOCK = "each part compared, at least by its checksum, last at 2026-03-01"
OWN = "the controller's own checksum compared, last at 2026-03-01"
WHOLE = "read and compared byte by byte, last at 2026-03-01"


@pytest.mark.parametrize(
    ("aspect", "words"),
    [
        (
            Aspect.PROGRAM,
            f"{WHOLE} 03:00:00; {BLOCK_BY_BLOCK} 05:00:00; {OWN} 06:00:00",
        ),
        (
            Aspect.CONFIGURATION,
            f"{WHOLE} 03:00:00; {BLOCK_BY_BLOCK} 05:00:00",
        ),
        (Aspect.FIRMWARE, f"{WHOLE} 04:00:00"),
        (Aspect.HARDWARE, f"{WHOLE} 04:00:00"),
        (Aspect.INVENTORY, "listed and compared, last at 2026-03-01 05:00:00"),
        (Aspect.VALUES, f"{WHOLE} 03:00:00"),
        (Aspect.PROTECTION, f"{WHOLE} 06:00:00"),
        (Aspect.MODE, f"{WHOLE} 06:00:00"),
    ],
)
def test_no_look_is_said_to_have_read_what_only_a_deeper_one_reads(
    aspect: Aspect, words: str
) -> None:
    assert sight_words(LOOKS, aspect, Strength.CONTENT) == words


def test_a_full_read_leaves_nothing_to_say_of_the_looks_before_it() -> None:
    looks = Looks(GLANCE, GLANCE, GLANCE, GLANCE, frozenset(Aspect))
    assert sight_words(looks, Aspect.PROGRAM, Strength.CONTENT) == f"{WHOLE} 06:00:00"


def test_a_program_that_may_not_be_read_has_its_checksum_only() -> None:
    own, blocks = (
        sight_words(LOOKS, aspect, Strength.FINGERPRINT)
        for aspect in (Aspect.PROGRAM, Aspect.CONFIGURATION)
    )
    assert (own, blocks) == (f"{OWN} 06:00:00", f"{BLOCK_BY_BLOCK} 05:00:00")


def test_what_is_not_on_record_is_not_claimed() -> None:
    for aspect in Aspect:
        told = {sight_words(Looks(), aspect, strength) for strength in Strength}
        assert all(words.startswith("cannot tell") for words in told)
    only_glanced = Looks(glance_at=GLANCE)
    for aspect in (Aspect.PROGRAM, Aspect.FIRMWARE, Aspect.HARDWARE, Aspect.VALUES):
        assert "byte by byte" not in sight_words(only_glanced, aspect, Strength.CONTENT)


def test_an_indicator_is_dated_by_the_look_that_reads_it() -> None:
    words = "only something that usually moves with it is read, last at 2026-03-01"
    assert sight_words(LOOKS, Aspect.HARDWARE, Strength.INDICATOR) == f"{words} 04:00:00"
    assert sight_words(LOOKS, Aspect.PROGRAM, Strength.INDICATOR) == f"{words} 06:00:00"
