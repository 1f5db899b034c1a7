"""How well a controller was watched: gaps, drops, our own polls, and what proves nothing."""

from collections.abc import Iterable

import pytest

from ccontrol.attribution.judge import judge
from ccontrol.model.judgement import Coverage, Watching, Window
from ccontrol.model.witness import Hearing, OwnConnection, Watch
from tests.unit.attribution.made_cases import CLOSED, WINDOW, at, case, changed, own, watch


def covered(
    *watches: Watch,
    mirrored: bool = False,
    ours: Iterable[OwnConnection] = (),
    window: Window = WINDOW,
    hearing: Hearing | None = None,
) -> Coverage:
    heard = hearing or Hearing(own=tuple(ours), mirrored=mirrored)
    return judge(case(changed(), watches=watches, hearing=heard, window=window)).coverage


def test_without_a_sensor_nothing_was_watched_and_there_is_nothing_to_list() -> None:
    assert covered() == Coverage(Watching.NONE, (), ())


def test_a_sensor_that_heard_nothing_of_it_watched_another_way() -> None:
    found = covered(watch(heard=0))
    assert (found.watching, found.sensors) == (Watching.NONE, ("span-a",))
    assert [gap.reason for gap in found.gaps] == ["no sensor heard a packet of it"]


def test_packets_of_it_prove_a_way_and_the_owners_word_makes_it_its_port() -> None:
    assert covered(watch()) == Coverage(Watching.PATH, ("span-a",), ())
    assert covered(watch(), mirrored=True).watching is Watching.MIRRORED
    assert covered(mirrored=True).watching is Watching.NONE, "declared, and nobody there"


def test_time_between_two_watches_is_a_gap_and_a_seam_is_none() -> None:
    assert covered(watch(until=4), watch(since=4.01)).gaps == ()
    found = covered(watch(until=4), watch(since=6))
    assert found.watching is Watching.DEGRADED
    assert [(gap.since, gap.until, gap.reason) for gap in found.gaps] == [
        (at(4), at(6), "nobody watched")
    ]
    assert covered(watch(until=4), watch(since=6), watch(since=3, until=7, sensor="b")).gaps == ()


def test_what_no_sensor_has_reported_yet_is_said_apart() -> None:
    found = covered(watch(until=9.7))
    assert [gap.reason for gap in found.gaps] == ["not reported yet when this was judged"]
    assert found.watching is Watching.PATH


def test_a_sensor_that_has_been_silent_for_long_watches_no_more() -> None:
    found = covered(watch(until=8))
    assert [gap.reason for gap in found.gaps] == ["nobody watched"]
    assert found.watching is Watching.DEGRADED


def test_lost_packets_degrade_unless_another_sensor_lost_none() -> None:
    found = covered(watch(dropped=3))
    assert found.watching is Watching.DEGRADED
    assert [gap.reason for gap in found.gaps] == ["span-a lost 3 of 1003 packets"]
    assert covered(watch(dropped=3), watch(sensor="b")).watching is Watching.PATH


def test_a_poll_of_ours_that_a_sensor_did_not_see_says_that_it_looked_elsewhere() -> None:
    quiet = (watch(until=4), watch(since=4, until=6, heard=0), watch(since=6))
    assert covered(*quiet).watching is Watching.PATH, "nothing passed in that time"
    found = covered(*quiet, ours=[own(4.5, 5.5)])
    assert found.watching is Watching.DEGRADED
    assert [gap.reason for gap in found.gaps] == ["span-a did not see our own poll"]


def test_a_controller_that_is_configured_by_name_is_known_by_its_addresses() -> None:
    told = Watch("span-a", at(-1), at(11), 9, 0, (("192.0.2.77", 4),))
    assert covered(told).watching is Watching.NONE
    known = Hearing(addresses=frozenset({"192.0.2.77"}))
    assert covered(told, hearing=known).watching is Watching.PATH


def test_of_an_open_window_nobody_can_say_how_it_was_watched() -> None:
    assert covered(watch(), window=Window(None, CLOSED)).watching is Watching.NONE


@pytest.mark.parametrize(
    ("hearing", "reason"),
    [
        (Hearing(left_out=7), "7 events more than are kept"),
        (Hearing(trouble="the log of a day cannot be read"), "the log of a day cannot be read"),
    ],
)
def test_what_was_heard_and_is_not_at_hand_is_a_gap(hearing: Hearing, reason: str) -> None:
    found = covered(watch(), hearing=hearing)
    assert found.watching is Watching.DEGRADED
    assert [gap.reason for gap in found.gaps] == [reason]


def test_of_too_many_gaps_the_last_one_stands_for_the_rest() -> None:
    found = covered(*(watch(since=each / 10, until=each / 10 + 0.05) for each in range(99)))
    assert len(found.gaps) == 32
    assert found.gaps[-1].until == CLOSED


def test_the_reason_of_an_unknown_origin_names_the_first_gap() -> None:
    found = judge(case(changed(), watches=[watch(until=4), watch(since=6) ]))  # fmt: skip
    assert found.reason == (
        "not seen on the monitored network: the way to it was watched with gaps"
        " (2026-02-03 04:04:00 UTC to 2026-02-03 04:06:00 UTC, nobody watched)"
    )
