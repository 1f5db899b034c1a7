"""What waits until the daemon keeps it: in order, bounded, and sent again after a broken line."""

from datetime import UTC, datetime

import pytest

from ccontrol.canonical.witness import Handed, parse_line
from ccontrol.model.witness import Watch
from ccontrol.sensor.outbox import Outbox

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WATCH = Watch("span-a", NOW, NOW, 1, 0)


def numbers(outbox: Outbox) -> list[int]:
    """What is still to be sent, as sent now."""
    found = []
    while line := outbox.unsent():
        said = parse_line(line)
        assert isinstance(said, Handed)
        found.append(said.number)
    return found


def test_what_is_not_kept_is_sent_again_after_the_line_broke() -> None:
    outbox = Outbox()
    for _ in range(4):
        assert outbox.put(WATCH)
    assert numbers(outbox) == [1, 2, 3, 4]
    outbox.kept(2)
    assert len(outbox) == 2
    outbox.rewind()
    outbox.put(WATCH)
    assert numbers(outbox) == [3, 4, 5]


def test_a_number_that_is_kept_already_changes_nothing() -> None:
    outbox = Outbox()
    for _ in range(3):
        outbox.put(WATCH)
    numbers(outbox)
    outbox.kept(2)
    outbox.kept(1)
    outbox.put(WATCH)
    assert numbers(outbox) == [4]
    assert len(outbox) == 2


def test_a_daemon_that_keeps_what_it_was_not_sent_is_not_believed() -> None:
    outbox = Outbox()
    outbox.put(WATCH)
    with pytest.raises(ValueError, match="keeps line 1, which it was not sent"):
        outbox.kept(1)


def test_a_full_box_turns_the_newest_away_and_numbers_have_no_gap() -> None:
    outbox = Outbox(bytes_limit=450)
    taken = [outbox.put(WATCH) for _ in range(5)]
    assert taken == [True, True, False, False, False]
    assert numbers(outbox) == [1, 2]
    outbox.kept(2)
    assert outbox.put(WATCH)
    assert numbers(outbox) == [3]
