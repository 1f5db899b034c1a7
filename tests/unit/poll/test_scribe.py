"""One piece of work that cannot be done never holds up the writer; a store in trouble does."""

import itertools
import threading
from typing import cast

import pytest

from ccontrol.canonical.parse import parse
from ccontrol.errors import (
    CcontrolError,
    ModelError,
    StoreError,
    StoreFullError,
    UnreadableStateError,
)
from ccontrol.poll import scribe as scribe_module
from ccontrol.poll.pipeline import Line
from ccontrol.poll.scribe import Scribe


class ClosedLine:
    """A line that nobody writes to."""

    def close(self) -> None:
        """Nothing is open."""


def opened() -> Line:
    return cast("Line", ClosedLine())


def _raise(error: CcontrolError) -> None:
    raise error


@pytest.mark.parametrize("error", [UnreadableStateError("form 2"), ModelError("two fields")])
def test_a_controller_that_cannot_be_understood_is_told_and_the_next_is_served(
    error: CcontrolError,
) -> None:
    scribe = Scribe("north", opened)
    scribe.start()
    bad = scribe.give(lambda _line: _raise(error))
    rubbish = scribe.give(lambda _line: parse({"plant/a/b/form.b.toml": b"form = 2\n"}))
    good = scribe.give(lambda _line: "press-4")
    assert good.result(5) == "press-4"
    assert bad.exception(5) is error
    assert isinstance(rubbish.exception(5), UnreadableStateError)
    assert scribe.trouble is None
    assert scribe.stop(5)


def test_work_that_the_store_refuses_is_done_again() -> None:
    refused = threading.Event()

    def work(_line: Line) -> str:
        if not refused.is_set():
            refused.set()
            raise StoreError("locked")
        return "done"

    scribe = Scribe("north", opened)
    scribe.start()
    assert scribe.give(work).result(10) == "done"
    assert refused.is_set()
    assert scribe.stop(5)


def test_a_trouble_that_lasts_is_told_once_and_not_at_each_attempt(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scribe_module, "RETRY_FIRST_S", 0.01)
    free = itertools.count(1_000)

    def work(_line: Line) -> str:
        if (now := next(free)) < 1_003:
            raise StoreFullError(f"/store: {now:,} bytes are free")
        return "done"

    scribe = Scribe("north", opened)
    scribe.start()
    assert scribe.give(work).result(10) == "done"
    assert scribe.stop(5)
    assert caplog.text.count("the store takes nothing") == 1
