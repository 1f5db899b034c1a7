"""What `enroll` says of the limits: how long, how much, and when that is known to be too little."""

from collections.abc import Callable
from dataclasses import replace

from ccontrol.model.unit import fields
from tests.unit.cli.plants import Answer, Plant, block, seen, things

Run = Callable[..., Answer]


def test_enrolling_says_how_long_a_poll_may_take_and_how_much_it_may_bring(
    plant: Plant, run: Run
) -> None:
    said = run("--config", plant.config, "enroll", "press-3", "--yes").out
    assert "no poll longer than 30 min, or 4 h where its program takes so long" in said
    assert (
        "At most 8388608 bytes are taken in one poll (bytes_limit): a program of about 6.7 MB"
        in said
    )
    assert "they do not fit" not in said


def test_enrolling_says_when_what_its_blocks_declare_does_not_fit(plant: Plant, run: Run) -> None:
    large = replace(block("OB1"), fields=fields(language="STL", load_bytes=9_000_000))
    plant.take(seen("press-3", *things(large), minute=40))
    said = run("--config", plant.config, "enroll", "press-3", "--yes").out
    assert "Its blocks declared 9000000 bytes when they were read last" in said
    assert "Set bytes_limit = 11534336." in said
