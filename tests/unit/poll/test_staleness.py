"""The one rule of staleness, at its edges."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from ccontrol.model.controller import Schedule
from ccontrol.poll.staleness import is_stale

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SCHEDULE = Schedule(stale_after_s=600.0)
MOMENTS = some.none() | some.integers(0, 1_200).map(lambda ago_s: NOW - timedelta(seconds=ago_s))


@given(some.lists(MOMENTS))
def test_the_latest_moment_counts_and_the_limit_is_stale(since: list[datetime | None]) -> None:
    recent = any(at is not None and NOW - at < timedelta(seconds=600) for at in since)
    assert is_stale(SCHEDULE, NOW, *since) is not recent
    assert not is_stale(SCHEDULE, NOW, *since, paused=True)


def test_who_was_never_seen_is_stale() -> None:
    assert is_stale(SCHEDULE, NOW)
