"""Random edits whose truth is known; the whole of it is `python -m benchmarks.ladder_diff`."""

from collections import Counter

import pytest

from benchmarks._ladder_edits import Routine, Vandal, corpus, generated_routines, real_routines
from benchmarks.ladder_diff import ALWAYS, RIGHT_PERCENT, TOLD_PERCENT, judge
from ccontrol.diff.programs.changes import LogicKind
from ccontrol.logic.ladder import neutral, text

MOST_BYTES = 200_000
"""Of a project file: the larger ones take seconds to read, and have no other ladder in them."""


def judged(routines: list[Routine], scripts: int, seed: int) -> Counter[str]:
    vandal, told = Vandal(seed, routines), Counter[str]()
    for _ in range(scripts):
        judge(vandal.script(), told)
    return told


def assert_good(told: Counter[str]) -> None:
    assert 100 * told["right"] >= RIGHT_PERCENT * told["rungs"]
    for kind in ALWAYS:
        assert told[kind.value] == told[f"{kind.value} told"] > 0
    for kind in (LogicKind.AFI_INSERTED, LogicKind.COIL_REMOVED, LogicKind.SETPOINT):
        assert 100 * told[f"{kind.value} told"] >= TOLD_PERCENT * told[kind.value] > 0


def test_rungs_are_matched_and_sabotage_told_in_generated_routines() -> None:
    assert_good(judged(generated_routines(1, 20), 200, 1))


@pytest.fixture(scope="module")
def real() -> list[Routine]:
    routines = real_routines(corpus(), MOST_BYTES)
    if not routines:
        pytest.skip(f"no real project files in {corpus()}: set CCONTROL_CORPUS")
    return routines


def test_rungs_are_matched_and_sabotage_told_in_real_routines(real: list[Routine]) -> None:
    assert_good(judged(real, 200, 2))


def test_every_real_rung_comes_back_from_text_and_lines(real: list[Routine]) -> None:
    for routine in real:
        assert text.parse(text.render(routine)) == routine
        for rung in routine:
            assert rung.verbatim is None
            assert neutral.parse(neutral.write(rung.elements)) == rung.elements
