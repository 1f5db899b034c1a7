"""What a sensor hands in at the socket: kept, acknowledged, acted upon within limits."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from ccontrol.canonical.witness import LONGEST_LINE, Act, Handed, Kept
from ccontrol.config.settings import Config
from ccontrol.errors import EngineError
from ccontrol.model.aspect import Depth
from ccontrol.model.engineering import (
    Actor,
    Effect,
    EngineeringEvent,
    Outcome,
    Reach,
    Witness,
)
from ccontrol.model.witness import Heard
from ccontrol.poll import witness_door
from ccontrol.poll.waiting import Key, Priority, Ticket
from ccontrol.poll.witness_door import CONNECTIONS_AT_MOST, WitnessDoor
from tests.e2e.engine_plant import CLOCK, Watch, wait_until
from tests.e2e.sensor_client import sensor
from tests.unit.poll.toy import Plc
from tests.unit.store.heard import download, watch

pytestmark = pytest.mark.usefixtures("workers_find_the_toy")
QUIET_S = 0.4
PAUSE_S = 60.0


@pytest.fixture
def ears(known: Watch, tmp_path: Path) -> Iterator[Path]:
    """The socket of an engine that looks soon after it was quiet, and at most once a minute."""
    for watched in known.engine.roster:
        schedule = replace(watched.controller.schedule, quiet_s=QUIET_S, evidence_pause_s=PAUSE_S)
        watched.controller = replace(watched.controller, schedule=schedule)
    path = tmp_path / "witness"
    with listening(known, path):
        yield path


@contextmanager
def listening(known: Watch, path: Path, users: tuple[str, ...] = ()) -> Iterator[WitnessDoor]:
    door = WitnessDoor(known.engine.intake, CLOCK)
    known.do(door.open(path, users))
    try:
        yield door
    finally:
        known.do(door.close())


def now_download(name: str = "OB1", port: int = 50_000) -> EngineeringEvent:
    return download(CLOCK.now(), seconds=0, name=name, port=port)


def kept(known: Watch) -> tuple[Heard, ...]:
    now = CLOCK.now()
    about = known.site.witnesses.about({"press-1", ""}, {"127.0.0.1"}, at(now, -600), at(now, 60))
    return about.heard


def at(now: datetime, minutes: float) -> datetime:
    return now + timedelta(minutes=minutes)


def glances(plc: Plc) -> int:
    return plc.asked.count("glance")


def test_a_sensor_is_told_whom_to_watch_for(known: Watch, ears: Path) -> None:
    (watched,) = known.engine.roster
    with sensor(ears) as client:
        assert client.whom().controllers == (("127.0.0.1", watched.controller.port),)


def test_what_is_acknowledged_lies_in_the_log(known: Watch, ears: Path) -> None:
    seen, event = watch(CLOCK.now()), now_download()
    with sensor(ears) as client:
        client.whom()
        client.say(Handed(1, seen), Handed(2, event))
        client.kept_up_to(2)
    assert kept(known) == (
        Heard(ANY, "", seen, "span-a"),
        Heard(ANY, "press-1", event, "span-a"),
    )


def test_what_was_not_acknowledged_can_be_said_again_and_stands_there_once(
    known: Watch, ears: Path
) -> None:
    event = now_download()
    for _ in range(2):
        with sensor(ears) as client:
            client.whom()
            client.say(Handed(7, event))
            client.kept_up_to(7)
    assert len(kept(known)) == 1


def test_an_event_at_a_strange_address_is_kept_for_the_whole_site(known: Watch, ears: Path) -> None:
    event = download(CLOCK.now(), "127.0.0.77")
    with sensor(ears) as client:
        client.whom()
        client.say(Handed(1, event))
        client.kept_up_to(1)
    now = CLOCK.now()
    account = known.site.witnesses.about((), {"127.0.0.77"}, at(now, -60), at(now, 60))
    assert account.heard == (Heard(ANY, "", event, "span-a"),)


def test_a_download_that_was_seen_leads_to_a_poll_once_it_is_quiet(
    known: Watch, plc: Plc, ears: Path
) -> None:
    plc.blocks["OB1"] = "AN I0.0"
    with sensor(ears) as client:
        client.whom()
        client.say(Handed(1, now_download()))
        said_at = time.monotonic()
        client.kept_up_to(1)
        wait_until(lambda: glances(plc) > 0)
    assert plc.asked_at[-len(plc.asked)] - said_at >= QUIET_S
    wait_until(lambda: known.site.index.changes()[0].taken_at > CLOCK.now() - timedelta(minutes=1))


def test_quiet_is_counted_from_the_last_act_and_not_from_when_it_was_told(
    known: Watch, plc: Plc, ears: Path
) -> None:
    (watched,) = known.engine.roster
    schedule = replace(watched.controller.schedule, quiet_s=40.0)
    watched.controller = replace(watched.controller, schedule=schedule)
    before, told_at = glances(plc), time.monotonic()
    with sensor(ears) as client:
        client.whom()
        client.say(Handed(1, download(CLOCK.now() - timedelta(seconds=39), seconds=0)))
        client.kept_up_to(1)
        wait_until(lambda: glances(plc) > before)
    assert time.monotonic() - told_at < 30, "told again, it would have waited for 40 s more"


def test_a_hint_alone_leads_to_a_poll(plc: Plc, ears: Path) -> None:
    with sensor(ears) as client:
        client.whom()
        client.say(Act(CLOCK.now(), "127.0.0.1", "127.0.0.9", 50_000, Effect.MODIFY))
        wait_until(lambda: glances(plc) > 0)


@pytest.mark.parametrize(
    "but",
    [
        {"outcome": Outcome(refused=3)},
        {"action": "variable.write", "effect": Effect.PARAM},
        {"action": "program.upload", "effect": Effect.READ},
        {"last": datetime(2031, 5, 6, tzinfo=UTC)},
    ],
    ids=["refused", "values", "read", "before the last poll"],
)
def test_what_cannot_have_changed_anything_leads_to_no_poll(
    known: Watch, plc: Plc, ears: Path, but: dict[str, Any]
) -> None:
    event = now_download()
    if "last" in but:
        event = replace(event, first=CLOCK.now() - timedelta(hours=1))
        but = {"last": event.first}
    with sensor(ears) as client:
        client.whom()
        client.say(Handed(1, replace(event, **but)))
        client.kept_up_to(1)
    time.sleep(3 * QUIET_S)
    assert glances(plc) == 0
    assert len(kept(known)) == 1


def test_our_own_connection_leads_to_no_poll(known: Watch, plc: Plc, ears: Path) -> None:
    known.site.own_ends.note("press-1", "127.0.0.9:50000", CLOCK.now(), 100)
    with sensor(ears) as client:
        client.whom()
        client.say(Handed(1, password(port=50_000)))
        client.kept_up_to(1)
        time.sleep(3 * QUIET_S)
        assert glances(plc) == 0
        client.say(Handed(2, password(port=50_001)))
        wait_until(lambda: glances(plc) > 0)


def password(port: int) -> EngineeringEvent:
    return replace(now_download(port=port), action="credential.use", effect=Effect.CREDENTIAL)


def test_ten_thousand_forged_events_lead_to_one_poll_in_its_time(
    known: Watch, plc: Plc, ears: Path
) -> None:
    begun = time.monotonic()
    with sensor(ears) as client:
        client.whom()
        for begin in range(1, 10_001, 500):
            numbers = range(begin, begin + 500)
            client.say(*(Handed(n, now_download(f"FC{n}", 1_024 + n)) for n in numbers))
            client.kept_up_to(begin + 499)
        wait_until(lambda: glances(plc) > 0)
        time.sleep(4 * QUIET_S)
    minutes = int((time.monotonic() - begun) / PAUSE_S)
    assert plc.asked == ["glance"] * glances(plc)
    assert 1 <= glances(plc) <= 1 + minutes  # none but the first, unless the host is very busy
    assert len(known.site.witnesses.days()) == 1


def test_work_without_end_puts_a_poll_off_for_a_while_only(plc: Plc, ears: Path) -> None:
    with sensor(ears) as client:
        client.whom()
        end = time.monotonic() + 8 * QUIET_S
        while time.monotonic() < end:
            client.say(Act(CLOCK.now(), "127.0.0.1", "127.0.0.9", 50_000, Effect.MODIFY))
            time.sleep(QUIET_S / 4)
        assert glances(plc) == 1


def test_what_the_schedule_asks_waits_for_quiet_and_what_a_person_asks_does_not(
    known: Watch, ears: Path
) -> None:
    evidence, key = known.engine._dispatch._evidence, Key("north", "press-1")
    turn = Ticket(key, Depth.GLANCE, Priority.SCHEDULED)
    with sensor(ears) as client:
        client.whom()
        assert not evidence.holds(turn)
        client.say(Act(CLOCK.now(), "127.0.0.1", "127.0.0.9", 50_000, Effect.MODIFY))
        wait_until(lambda: evidence.holds(turn))
        assert not evidence.holds(Ticket(key, Depth.GLANCE, Priority.BY_HAND))
        wait_until(lambda: not evidence.holds(turn))


@pytest.mark.parametrize(
    "bad",
    [
        b"\xff\n",
        b"{}\n",
        b"[" * 100_000 + b"\n",
        b'{"kept":1}\n',
        b"x" * (LONGEST_LINE + 10),
        Handed(0, watch(CLOCK.now())),
    ],
    ids=["rubbish", "nothing", "nested", "ours", "endless", "number"],
)
def test_a_bad_line_ends_that_talk_and_no_other(
    ears: Path, bad: bytes | Handed, caplog: pytest.LogCaptureFixture
) -> None:
    with sensor(ears) as good, sensor(ears) as client:
        good.whom()
        client.whom()
        client.say(bad)
        assert client.is_cut
        good.say(Handed(1, watch(CLOCK.now())))
        good.kept_up_to(1)
    assert "is not listened to any more" in caplog.text


@pytest.mark.parametrize(
    "but",
    [
        {"reach": Reach.LOCAL},
        {"testimony": replace(download(CLOCK.now()).testimony, witness=Witness.SYSLOG)},
        {"testimony": replace(download(CLOCK.now()).testimony, witness=Witness.CONTROLLER)},
        {"effect": Effect.READ},
        {"action": "program.rewrite"},
        {"last": datetime(9999, 12, 31, tzinfo=UTC)},
        {"first": datetime(9999, 12, 31, tzinfo=UTC)},
        {"actor": Actor("\x1b[2J")},
        {"protocol": "s7\x1b]0;mine"},
        {"protocol": "s" * 100_000},
    ],
    ids=["local", "syslog", "controller", "effect", "action", "future", "order", "address",
         "escape", "long"],
)  # fmt: skip
def test_what_no_sensor_says_is_left_out_and_the_talk_goes_on(
    known: Watch, ears: Path, but: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with sensor(ears) as client:
        client.whom()
        client.say(Handed(1, replace(now_download(), **but)), Handed(2, watch(CLOCK.now())))
        client.kept_up_to(2)
    assert [type(each.said).__name__ for each in kept(known)] == ["Watch"]
    assert "what no sensor says is left out" in caplog.text


def test_who_does_not_say_who_it_is_is_not_listened_to(ears: Path) -> None:
    with sensor(ears, hello=None) as client:
        client.say(Handed(1, watch(CLOCK.now())))
        assert client.is_cut


def test_no_more_sensors_than_there_is_room_for(ears: Path) -> None:
    with sensor(ears) as first:
        first.whom()
        others = [sensor(ears) for _ in range(CONNECTIONS_AT_MOST - 1)]
        for other in others:
            other.__enter__().whom()
        with sensor(ears) as late:
            assert late.is_cut
        for other in others:
            other.__exit__(None, None, None)
        first.say(Handed(1, watch(CLOCK.now())))
        first.kept_up_to(1)


def test_only_named_users_may_speak(
    known: Watch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "other"
    with listening(known, path, users=("nobody",)) as door:
        assert path.stat().st_mode & 0o777 == 0o666
        door._users = frozenset({os.geteuid() + 1})
        for _ in range(12):
            with sensor(path, hello=None) as client:  # it may be cut before it says anything
                assert client.is_cut
    assert caplog.text.count("a sensor is turned away") == 2, "whoever insists fills no log"


def test_a_user_that_nobody_knows_is_told(known: Watch, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no-such-user"):
        known.do(
            WitnessDoor(known.engine.intake, CLOCK).open(tmp_path / "other", ("no-such-user",))
        )


def test_a_file_that_is_no_socket_is_left_alone(known: Watch, tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("mine")
    with pytest.raises(EngineError, match="is no socket"):
        known.do(WitnessDoor(known.engine.intake, CLOCK).open(path, ()))
    assert path.read_text() == "mine"


def test_a_socket_at_which_somebody_listens_is_left_alone(known: Watch, ears: Path) -> None:
    with pytest.raises(EngineError, match="somebody listens"):
        known.do(WitnessDoor(known.engine.intake, CLOCK).open(ears, ()))
    with sensor(ears) as client:
        client.whom()


def test_what_the_store_does_not_take_is_not_acknowledged(
    known: Watch, ears: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness_door, "RETRY_S", 0.1)
    room = known.site.room
    known.site.room = replace(room, low_water_bytes=1 << 60)
    with sensor(ears) as client:
        client.whom()
        client.say(Handed(1, now_download()))
        time.sleep(0.5)
        assert kept(known) == ()
        known.site.room = room
        assert client.hear() == Kept(1)
    assert len(kept(known)) == 1


def test_a_sensor_is_told_when_the_controllers_are_others(known: Watch, ears: Path) -> None:
    config = known.engine.config
    (site,) = config.sites
    moved = replace(site.controllers[0], address="127.0.0.2")
    other = replace(config, sites=(replace(site, controllers=(moved,)),))
    door = WitnessDoor(known.engine.intake, CLOCK)
    path = ears.with_name("second")
    known.do(door.open(path, ()))
    with sensor(path) as client:
        client.whom()
        known.do(reconfigured(known, other, door))
        assert client.whom().controllers == (("127.0.0.2", moved.port),)
    known.do(door.close())


async def reconfigured(known: Watch, config: Config, door: WitnessDoor) -> None:
    known.engine.reconfigure(config)
    door.tell_whom()
