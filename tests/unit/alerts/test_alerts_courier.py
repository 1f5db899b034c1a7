"""Couriers: nothing is lost silently, whatever the other side does. The queue is the real one."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from ccontrol.alerts import courier as couriers
from ccontrol.alerts import senders
from ccontrol.alerts.courier import Courier, Means, Send
from ccontrol.clock import Clock, SystemClock
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, Channel, Program, Syslog, Webhook, When
from ccontrol.model.secret import Secret
from ccontrol.store import durable
from ccontrol.store.outbox import Outbox, read_aside, read_notes
from tests.unit.alerts import receivers
from tests.unit.alerts.receivers import AT, HERE, an_alert, syslog_tcp, wait_for

CLOCK = SystemClock()
_ALERT = TypeAdapter(Alert)


class SteppedClock(SystemClock):
    """The host's clock, with a wall clock that the test sets."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class Ear:
    """A receiver in this process, where only the courier is examined."""

    def __init__(self) -> None:
        self.heard: list[list[str]] = []
        self.deaf = False
        self.tries = 0

    def send(self, _channel: Channel, alerts: Sequence[Alert], _clock: Clock) -> None:
        self.tries += 1
        if self.deaf:
            raise DeliveryError("it hears nothing")
        self.heard.append([alert.text for alert in alerts])


def channel(**other: object) -> Channel:
    fields: dict[str, object] = {"name": "ear", "way": Program(("/bin/true",)), **other}
    return Channel(**fields)  # type: ignore[arg-type]  # a test's own words


@contextmanager
def carrying(
    folder: Path, to: Channel, send: Send, clock: Clock = CLOCK
) -> Iterator[tuple[Courier, Outbox]]:
    outbox = Outbox(folder, to.queue_limit)
    found = Courier(
        to, outbox, Means("north", clock, send, an_alert, lambda _channel, _alerts: None)
    )
    found.start()
    try:
        yield found, outbox
    finally:
        assert found.stop(10)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "IDLE_S", 0.02)
    monkeypatch.setattr(couriers, "RETRY_FIRST_S", 0.01)
    monkeypatch.setattr(couriers, "RETRY_MOST_S", 0.05)


def test_a_receiver_that_answers_500_for_long_gets_everything_in_order_afterwards(
    tmp_path: Path,
) -> None:
    with receivers.webhook() as hook:
        hook.status = 500
        to = channel(way=Webhook(f"http://{HERE}:{hook.port}/", Secret("s")))
        with carrying(tmp_path, to, senders.send) as (courier, outbox):
            for number in range(70):
                courier.offer(an_alert(number))
            wait_for(lambda: len(hook.requests) > 5)
            assert len(outbox.waiting()) == 70
            assert read_notes(tmp_path).failure.endswith("it answers 500")
            refused = len(hook.requests)
            hook.status = 200
            wait_for(lambda: not outbox.waiting())
    taken = [one["text"] for body in hook.bodies[refused:] for one in body["alerts"]]
    first, *others = dict.fromkeys(taken)
    assert sorted((first, others[0])) == [an_alert(0).text, an_alert(1).text]  # one may overtake
    assert others[1:] == [an_alert(number).text for number in range(2, 70)]
    assert list(read_aside(tmp_path)) == []
    assert read_notes(tmp_path).failing_since == ""


def test_what_has_no_room_is_counted_over_a_restart_and_told(tmp_path: Path) -> None:
    ear = Ear()
    ear.deaf = True
    to = channel(queue_limit=3)
    with carrying(tmp_path, to, ear.send) as (courier, _):
        for number in range(10):
            courier.offer(an_alert(number))
    assert read_notes(tmp_path).lost == 7
    ear.deaf = False
    with carrying(tmp_path, to, ear.send) as (_, outbox):
        wait_for(lambda: not outbox.waiting() and not outbox.lost)
    told = [text for batch in ear.heard for text in batch]
    assert told == [
        *(an_alert(number).text for number in range(3)),
        "7 alerts never went out on channel ear: no room, or it refused them",
    ]


def test_one_that_hangs_does_not_hold_up_who_offers(tmp_path: Path) -> None:
    release = threading.Event()

    def hang(_channel: Channel, _alerts: Sequence[Alert], _clock: Clock) -> None:
        release.wait(20)

    with carrying(tmp_path, channel(), hang) as (courier, outbox):
        for number in range(20):
            courier.offer(an_alert(number))
        assert len(outbox.waiting()) == 20
        release.set()
        wait_for(lambda: not outbox.waiting())


def test_pauses_double_up_to_the_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "RETRY_MOST_S", 0.5)
    ear = Ear()
    ear.deaf = True
    with carrying(tmp_path, channel(), ear.send) as (courier, _):
        courier.offer(an_alert())
        wait_for(lambda: ear.tries > 7)
        tries = ear.tries
        threading.Event().wait(1.0)
        assert ear.tries - tries <= 4


def test_a_defect_in_a_sender_is_told_and_tried_again(tmp_path: Path) -> None:
    broken = [True]

    def send(_channel: Channel, _alerts: Sequence[Alert], _clock: Clock) -> None:
        if broken:
            raise RuntimeError("a defect")

    with carrying(tmp_path, channel(), send) as (courier, outbox):
        courier.offer(an_alert())
        wait_for(lambda: courier.failing is not None)
        broken.clear()
        wait_for(lambda: not outbox.waiting())


def test_a_digest_waits_for_the_end_of_its_hour_and_is_one(tmp_path: Path) -> None:
    ear, clock = Ear(), SteppedClock(AT + timedelta(minutes=30))
    to = channel(when=When.HOURLY)
    with carrying(tmp_path, to, ear.send, clock) as (courier, _):
        courier.offer(an_alert(1))
        courier.offer(an_alert(2))
        threading.Event().wait(0.3)
        assert ear.heard == []
        clock.at = AT + timedelta(minutes=60)
        wait_for(lambda: bool(ear.heard))
    assert ear.heard == [[an_alert(1).text, an_alert(2).text]]


def test_without_details_none_reach_the_queue(tmp_path: Path) -> None:
    ear = Ear()
    ear.deaf = True
    with carrying(tmp_path, channel(), ear.send) as (courier, outbox):
        courier.offer(an_alert(details="OB1: rung 3", address="192.0.2.1"))
        (name,) = outbox.waiting()
        kept = outbox.read(name)
    assert b"OB1" not in kept
    assert b"192.0.2.1" not in kept


def test_what_nobody_understands_is_put_aside_and_counted(tmp_path: Path) -> None:
    ear = Ear()
    Outbox(tmp_path, 10).put("strange", b"{}")
    with carrying(tmp_path, channel(), ear.send) as (courier, outbox):
        courier.offer(an_alert())
        wait_for(lambda: not outbox.waiting() and not outbox.lost)
    told = [text for batch in ear.heard for text in batch]
    assert an_alert().text in told
    assert any(text.startswith("1 alerts never went out") for text in told)


def test_heartbeats_are_counted_and_go_past_the_queue(tmp_path: Path) -> None:
    with syslog_tcp() as received:
        way = Syslog(HERE, received.port, "tcp", heartbeat_s=0.05)
        with carrying(tmp_path, channel(way=way), senders.send) as (_, outbox):
            wait_for(lambda: len(received.messages) >= 3)
            assert outbox.waiting() == ()
    assert [text.rpartition(": ")[2] for text in received.texts[:3]] == [
        "1 changed",
        "2 changed",
        "3 changed",
    ]


class Picky(Ear):
    """A receiver that refuses one alert, alone and in company."""

    def __init__(self, refused: str) -> None:
        super().__init__()
        self.refused = refused

    def send(self, channel: Channel, alerts: Sequence[Alert], clock: Clock) -> None:
        self.deaf = any(alert.id == self.refused for alert in alerts)
        super().send(channel, alerts, clock)


@pytest.mark.parametrize("culprit", [0, 3, 8])
def test_an_alert_that_is_always_refused_is_put_aside_and_told_and_the_others_go_out(
    tmp_path: Path, culprit: int
) -> None:
    picky = Picky(an_alert(culprit).id)
    with carrying(tmp_path, channel(), picky.send) as (courier, outbox):
        for number in range(10):
            courier.offer(an_alert(number))
        wait_for(lambda: not outbox.waiting() and not outbox.lost)
    told = [text for batch in picky.heard for text in batch]
    others = [an_alert(number).text for number in range(10) if number != culprit]
    assert sorted(text for text in told if "never" not in text) == sorted(others)
    assert any(text.startswith("1 alerts never went out") for text in told)
    (aside,) = read_aside(tmp_path)
    assert an_alert(culprit).id.encode() in aside.content
    assert aside.reason == "refused again and again: it hears nothing"


def test_a_channel_that_takes_nothing_puts_nothing_aside(tmp_path: Path) -> None:
    ear = Ear()
    ear.deaf = True
    with carrying(tmp_path, channel(), ear.send) as (courier, outbox):
        for number in range(3):
            courier.offer(an_alert(number))
        wait_for(lambda: ear.tries > 20)
        assert len(outbox.waiting()) == 3
    assert list(read_aside(tmp_path)) == []


def test_a_daily_digest_waits_for_the_end_of_the_day(tmp_path: Path) -> None:
    ear, clock = Ear(), SteppedClock(AT + timedelta(hours=17))
    with carrying(tmp_path, channel(when=When.DAILY), ear.send, clock) as (courier, _):
        courier.offer(an_alert(1))
        threading.Event().wait(0.3)
        assert ear.heard == []
        clock.at = AT + timedelta(hours=18)
        wait_for(lambda: bool(ear.heard))
    assert ear.heard == [[an_alert(1).text]]


def test_what_waited_long_goes_out_in_parcels_and_in_order(tmp_path: Path) -> None:
    ear = Ear()
    ear.deaf = True
    outbox = Outbox(tmp_path, 5_000)
    for number in range(200):
        outbox.put(an_alert(number).id, _ALERT.dump_json(an_alert(number)))
    ear.deaf = False
    with carrying(tmp_path, channel(), ear.send) as (_, queue):
        wait_for(lambda: not queue.waiting())
    assert [text for batch in ear.heard for text in batch] == [
        an_alert(number).text for number in range(200)
    ]
    assert len(ear.heard) == 4


def test_a_disk_that_does_not_answer_holds_up_nobody_who_asks_how_a_channel_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, answers = Ear(), threading.Event()
    write_whole = durable.write_whole

    def slow(path: Path, content: bytes) -> None:
        answers.wait(20)
        write_whole(path, content)

    with carrying(tmp_path, channel(), ear.send) as (courier, outbox):
        monkeypatch.setattr(durable, "write_whole", slow)
        offering = threading.Thread(target=courier.offer, args=(an_alert(),))
        offering.start()
        wait_for(lambda: bool(outbox._lock.locked()))
        standing = courier.standing
        assert not answers.is_set()
        assert (standing.name, standing.waiting, standing.lost) == ("ear", 0, 0)
        answers.set()
        offering.join()
        wait_for(lambda: bool(ear.heard))
