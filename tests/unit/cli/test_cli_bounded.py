"""Reading that runs away ends within its bounds, and says so with the next step."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ccontrol.cli.bounded import within_bounds
from ccontrol.errors import BadFileError, CcontrolError
from ccontrol.poll.bounds import Bounds
from ccontrol.poll.frames import LISTS_AT_MOST

TIGHT = Bounds(60.0, 64 * 2**20)
SHORT = replace(TIGHT, time_s=0.3)


@dataclass(frozen=True, slots=True)
class Said:
    text: str


def spin() -> Said:
    while True:
        pass


def wait() -> Said:
    time.sleep(600)
    return Said("")


def swell() -> Said:
    return Said("x" * 2**30)


def killed() -> Said:
    """As the kernel does with who holds too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return Said("")


def defect() -> Said:
    raise ValueError("nobody foresaw this")


def bad() -> Said:
    raise BadFileError("a.L5X: line 3", hint="Export it anew.")


@pytest.mark.parametrize(
    ("work", "told", "bounds"),
    [
        (spin, "a.L5X: reading it took longer than 0.3 s", SHORT),
        (wait, "a.L5X: reading it took longer than 0.1 s", replace(TIGHT, time_s=0.1)),
        (swell, "a.L5X: reading it needs more than 64 MiB of memory", TIGHT),
        (killed, "a.L5X: reading it broke down", TIGHT),
    ],
)
def test_what_runs_away_is_ended_and_told(
    work: Callable[[], Said], told: str, bounds: Bounds
) -> None:
    begun = time.monotonic()
    with pytest.raises(BadFileError, match=told) as caught:
        within_bounds(work, Said, "a.L5X", bounds)
    assert time.monotonic() - begun < TIGHT.time_s / 2
    assert "Export a part" in caught.value.hint


def test_what_the_work_says_arrives_as_it_was() -> None:
    said = Said("Zähler \udcff\n")
    assert within_bounds(lambda: said, Said, "a.L5X", TIGHT) == said


def test_an_error_of_the_file_keeps_its_words_and_its_next_step() -> None:
    with pytest.raises(BadFileError, match=r"^a\.L5X: line 3$") as caught:
        within_bounds(bad, Said, "a.L5X", TIGHT)
    assert caught.value.hint == "Export it anew."


def test_a_defect_is_told_whole_and_as_one() -> None:
    with pytest.raises(CcontrolError, match="nobody foresaw this") as caught:
        within_bounds(defect, Said, "a.L5X", TIGHT)
    assert caught.value.exit_code == 70


def test_what_says_too_much_is_refused() -> None:
    with pytest.raises(BadFileError, match="what it says is too much"):
        within_bounds(lambda: Said("x" * (LISTS_AT_MOST + 1)), Said, "a.L5X", Bounds(20))


def children() -> set[str]:
    """Process ids of this process's children, those that nobody waited for included."""
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}


def test_a_child_leaves_no_process_behind() -> None:
    before = children()  # of tests before this one, if they left any
    with pytest.raises(BadFileError):
        within_bounds(spin, Said, "a.L5X", SHORT)
    assert children() <= before
