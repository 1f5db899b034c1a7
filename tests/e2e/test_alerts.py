"""From a controller that changed to a receiver that was told, through the real store."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.canonical.records import record_path, render_record
from ccontrol.model.alert import Channel, Event, Syslog
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Schedule
from ccontrol.model.journal import Outcome
from ccontrol.model.judgement import Attribution, Confidence, Origin, Severity
from ccontrol.poll import delivery, herald
from ccontrol.poll.catching_up import record_in
from ccontrol.poll.herald import Herald
from ccontrol.poll.pipeline import Line
from ccontrol.poll.places import queue_folder
from ccontrol.poll.pulse import FRESH_S, heartbeat
from ccontrol.poll.strangers import Strangers
from ccontrol.poll.vital import StrangeWork, Vital
from ccontrol.store.message import Message
from ccontrol.store.outbox import count_waiting
from ccontrol.store.repository import Repository
from tests.e2e.engine_plant import CLOCK, PATIENCE_S, Plant, Watch, daemon, make_plant, wait_until
from tests.unit.alerts.receivers import HERE, Received, closed_port, syslog_tcp
from tests.unit.poll.toy import Plc, controller, serving
from tests.unit.store.heard import download, heard

pytestmark = pytest.mark.usefixtures("workers_find_the_toy")


def siem(port: int, **other: object) -> Channel:
    way = Syslog(HERE, port, "tcp", heartbeat_s=0.0)
    return replace(Channel("siem", way, Severity.INFO, details=True), **other)  # type: ignore[arg-type]  # as given


@contextmanager
def telling(watch: Watch, *channels: Channel) -> Iterator[Herald]:
    watch.site.site = replace(watch.site.site, alerts=channels)
    found = Herald(watch.site, CLOCK)
    found.start()
    wait_until(lambda: found.has_begun)
    try:
        yield found
    finally:
        found.stop(5)


@pytest.fixture
def receiver() -> Iterator[Received]:
    with syslog_tcp() as received:
        yield received


def test_a_change_is_told_once_and_its_queue_is_empty_then(
    known: Watch, plant: Plant, plc: Plc, receiver: Received
) -> None:
    with telling(known, siem(receiver.port)):
        plc.mode = "stop"
        assert known.poll()[0].outcome is Outcome.CHANGED
        wait_until(lambda: bool(receiver.messages))
        queue = queue_folder(plant.places.alerts, "siem")
        wait_until(lambda: count_waiting(queue) == 0)
    (text,) = receiver.texts
    change = plant.changes()[-1]
    assert f'change="{change.change_id}"' in text
    assert f'commit="{change.commit}"' in text
    assert "mode: 1 changed" in text


def test_a_change_that_the_store_does_not_take_is_told_at_once_and_again_when_it_is_recorded(
    known: Watch, plant: Plant, plc: Plc, receiver: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "WAIT_S", 1.0)
    monkeypatch.setattr(herald, "STORE_GRACE_S", 0.5)
    blocker = plant.site.store.path / "refs" / "heads" / "observed.lock"
    with telling(known, siem(receiver.port)):
        blocker.mkdir()
        plc.mode = "stop"
        assert known.poll()[0].outcome is Outcome.PENDING
        wait_until(lambda: len(receiver.messages) == 2)
        blocker.rmdir()
        wait_until(lambda: len(receiver.messages) == 4)
    events = sorted(text.split(" ")[5] for text in receiver.texts)
    assert events == ["change", "change-not-recorded", "store-trouble", "store-trouble"]
    early = next(text for text in receiver.texts if " change-not-recorded " in text)
    assert "mode: 1 changed; not yet recorded" in early
    assert "observed.lock" in early
    ends = [text for text in receiver.texts if " store-trouble " in text]
    assert ['phase="raised"' in ends[0], 'phase="cleared"' in ends[1]] == [True, True]


def test_findings_are_told_when_they_begin_and_when_they_end(
    known: Watch, plc: Plc, receiver: Received
) -> None:
    with telling(known, siem(receiver.port, severity=Severity.MEDIUM)):
        plc.misdeed = "forced"
        known.poll(depth=Depth.FULL)
        wait_until(lambda: len(receiver.messages) == 1)
        known.poll(depth=Depth.FULL)
        plc.misdeed = ""
        known.poll(depth=Depth.FULL)
        wait_until(lambda: len(receiver.messages) == 2)
    assert ['phase="raised"' in receiver.texts[0], 'phase="cleared"' in receiver.texts[1]] == [
        True,
        True,
    ]


def test_work_on_an_address_that_nobody_has_is_told_once_and_when_it_is_over(
    known: Watch, receiver: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = Strangers(CLOCK)

    def work(address: str) -> None:
        strangers.heard(known.site, (heard(download(CLOCK.now(), address), CLOCK.now(), ""),))

    with telling(known, siem(receiver.port)):
        work("127.0.0.77")
        wait_until(lambda: len(receiver.messages) == 1)
        known.site.strange.put(StrangeWork(CLOCK.now(), "127.0.0.9", "127.0.0.77", "again"))
        work("127.0.0.78")
        wait_until(lambda: len(receiver.messages) == 2)
    with telling(known, siem(receiver.port)):
        monkeypatch.setattr(herald, "STRANGE_S", 0.0)
        wait_until(lambda: len(receiver.messages) == 4)
    events = [(text.split(" ")[5], 'phase="raised"' in text) for text in receiver.texts]
    assert events == [("engineering-to-unknown", flag) for flag in (True, True, False, False)]
    assert "program.download at 127.0.0.77 by 127.0.0.9" in receiver.texts[0]
    assert 'address="127.0.0.77"' in receiver.texts[0]


def test_what_was_committed_while_nobody_told_is_told_at_the_next_start(
    known: Watch, plant: Plant, plc: Plc, receiver: Received
) -> None:
    with telling(known, siem(receiver.port)):
        pass
    plc.mode = "stop"
    known.poll()
    with telling(known, siem(receiver.port)):
        wait_until(lambda: len(receiver.messages) == 1)
    assert plant.changes()[-1].change_id in receiver.texts[0]


def test_what_is_older_than_the_first_channel_is_not_told(known: Watch, receiver: Received) -> None:
    with telling(known, siem(receiver.port)):
        pass
    assert receiver.messages == []


def test_what_is_committed_before_the_first_look_is_told_though_nobody_looked_in_time(
    known: Watch, plant: Plant, plc: Plc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(herald, "LOOK_S", PATIENCE_S)
    known.site.site = replace(known.site.site, alerts=(siem(closed_port()),))
    found = Herald(known.site, CLOCK)
    found.start()
    plc.mode = "stop"
    known.poll()
    found.stop(PATIENCE_S)
    queue = queue_folder(plant.places.alerts, "siem")
    assert count_waiting(queue) == 1


def test_a_first_channel_is_told_what_comes_after_it_and_nothing_before(
    known: Watch, plant: Plant, plc: Plc, receiver: Received
) -> None:
    found = Herald(known.site, CLOCK)
    found.start()
    plc.mode = "stop"
    known.poll()
    wait_until(lambda: found._following._mark == head(plant))
    known.site.site = replace(known.site.site, alerts=(siem(receiver.port),))
    plc.mode = "run"
    known.poll()
    wait_until(lambda: bool(receiver.messages))
    found.stop(5)
    (text,) = receiver.texts
    assert plant.changes()[-1].change_id in text


def test_a_history_that_could_not_be_read_at_the_start_is_told_to_have_a_gap(
    known: Watch, plant: Plant, plc: Plc, receiver: Received, caplog: pytest.LogCaptureFixture
) -> None:
    branch = plant.site.store.path / "refs" / "heads" / "observed"
    aside = branch.rename(branch.with_name("aside"))
    branch.mkdir()
    known.site.site = replace(known.site.site, alerts=(siem(receiver.port),))
    found = Herald(known.site, CLOCK)
    found.start()
    branch.rmdir()
    aside.rename(branch)
    wait_until(lambda: found.has_begun)
    plc.mode = "stop"
    known.poll()
    wait_until(lambda: len(receiver.messages) == 2)
    found.stop(5)
    assert caplog.text.count("alerts cannot be told for now") == 1
    assert " alerts-lost " in receiver.texts[0]
    assert plant.changes()[-1].change_id in receiver.texts[1]


def test_a_beginning_that_cannot_be_kept_is_said_and_holds_up_no_alert(
    known: Watch, plant: Plant, plc: Plc, receiver: Received, caplog: pytest.LogCaptureFixture
) -> None:
    (plant.places.alerts / "told").mkdir(parents=True)
    known.site.site = replace(known.site.site, alerts=(siem(receiver.port),))
    found = Herald(known.site, CLOCK)
    found.start()
    plc.mode = "stop"
    known.poll()
    wait_until(lambda: bool(receiver.messages))
    found.stop(5)
    assert len(receiver.messages) == 1
    assert "alerts cannot be told for now" in caplog.text


def test_another_channel_tells_that_one_does_not_take_its_alerts(
    known: Watch, plc: Plc, receiver: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(herald, "CHANNEL_GRACE_S", 0.5)
    dead = replace(siem(closed_port()), name="dead")
    with telling(known, siem(receiver.port), dead):
        plc.mode = "stop"
        known.poll()
        wait_until(lambda: len(receiver.messages) == 2)
    assert "channel dead takes no alerts" in receiver.texts[1]


def test_a_channel_that_is_configured_anew_takes_over_its_queue(
    known: Watch, plant: Plant, plc: Plc, receiver: Received
) -> None:
    queue = queue_folder(plant.places.alerts, "siem")
    with telling(known, siem(closed_port())):
        plc.mode = "stop"
        known.poll()
        wait_until(lambda: count_waiting(queue) == 1)
        known.site.site = replace(known.site.site, alerts=(siem(receiver.port),))
        wait_until(lambda: len(receiver.messages) == 1)


def test_alerts_outlive_a_daemon_that_is_killed_and_a_receiver_that_was_away(
    plc: Plc, tmp_path: Path
) -> None:
    port = closed_port()
    schedule = Schedule(glance_s=1, full_s=86_400, settle_s=0, stale_after_s=3_600)
    with serving(plc) as asked:
        plant = make_plant(tmp_path, controller(asked, schedule=schedule))
        plant.enrol("press-1")
        plant.site = replace(plant.site, alerts=(siem(port, events=(Event.CHANGE,)),))
        queue = queue_folder(plant.places.alerts, "siem")
        with daemon(plant) as running:
            wait_until(lambda: count_waiting(queue) == 1)
            plc.mode = "stop"
            wait_until(lambda: count_waiting(queue) == 2)
            running.signal(signal.SIGKILL)
            running.wait()
        told = plant.changes()
        with syslog_tcp(port=port) as received, daemon(plant):
            wait_until(lambda: len(received.without_heartbeats) >= len(told))
            wait_until(lambda: any(" heartbeat " in text for text in received.texts))
            wait_until(lambda: count_waiting(queue) == 0)
    texts = received.without_heartbeats
    assert [sum(one.change_id in text for text in texts) for one in told] == [1] * len(told)
    assert len(texts) == len(told)
    beat = next(text for text in received.texts if " heartbeat " in text)
    assert 'sequence="1"' in beat
    assert f'head="{told[-1].commit}"' in beat


def test_a_history_whose_mark_is_gone_is_told_to_have_a_gap(
    known: Watch, plant: Plant, plc: Plc, receiver: Received
) -> None:
    with telling(known, siem(receiver.port)):
        pass
    (plant.places.alerts / "told").write_text(f"{'ab' * 20}\n")  # of a history that was rewritten
    with telling(known, siem(receiver.port, severity=Severity.CRITICAL)):
        wait_until(lambda: bool(receiver.messages))
        plc.mode = "stop"
        known.poll()
        wait_until(lambda: (plant.places.alerts / "told").read_text().strip() == head(plant))
    gaps = [text for text in receiver.texts if " alerts-lost " in text]
    assert len(gaps) == 1
    assert "older changes may not have been told" in gaps[0]


def head(plant: Plant) -> str:
    with Repository.open(plant.site.store.path) as repository:
        return repository.head() or ""


def test_a_change_that_is_judged_anew_is_told_once_with_the_judgement_before(
    known: Watch, plant: Plant, plc: Plc, receiver: Received
) -> None:
    with telling(known, siem(receiver.port)):
        plc.mode = "stop"
        known.poll()
        wait_until(lambda: len(receiver.messages) == 1)
        commit = known.site.scribe.give(judge_anew).result(30)
        wait_until(lambda: len(receiver.messages) == 2)
    text = receiver.texts[1]
    assert " change-judged-anew " in text
    assert f'commit="{commit}"' in text
    assert 'origin="network"' in text
    assert 'originbefore="unknown"' in text


def judge_anew(line: Line) -> str:
    """Commit the next judgement of the newest change, as evidence that comes later would."""
    repository = line.writer.repository
    newest = repository.commit(repository.head() or "")
    record = record_in(newest, repository)
    assert record is not None
    seen = Attribution(Origin.NETWORK, "a load was seen", confidence=Confidence.CONFIRMED)
    after = replace(record, number=record.number + 1, attribution=seen)
    told = (("Class", "evidence"), ("Controller", record.controller_id))
    trailers = (*told, ("Change-Id", record.change_id), ("Judgement", record_path(after)))
    receipt = line.writer.commit(
        {record_path(after): render_record(after)},
        message=Message("judged anew", "", trailers),
        when=CLOCK.now(),
    )
    assert receipt is not None
    return receipt.commit


def test_a_reload_moves_a_channel_of_the_real_daemon_and_its_queue_goes_with_it(
    plc: Plc, tmp_path: Path, receiver: Received
) -> None:
    schedule = Schedule(glance_s=1, full_s=86_400, settle_s=0, stale_after_s=3_600)
    with serving(plc) as asked:
        plant = make_plant(tmp_path, controller(asked, schedule=schedule))
        plant.enrol("press-1")
        channel = siem(receiver.port, events=(Event.CHANGE,))
        away = replace(channel, way=siem(closed_port()).way)
        dead = replace(plant, site=replace(plant.site, alerts=(away,)))
        queue = queue_folder(plant.places.alerts, "siem")
        with daemon(dead) as running:
            wait_until(lambda: count_waiting(queue) == 1)
            running.reload(replace(plant, site=replace(plant.site, alerts=(channel,))))
            wait_until(lambda: len(receiver.without_heartbeats) == 1)
            wait_until(lambda: count_waiting(queue) == 0)


def test_the_heart_does_not_beat_without_a_fresh_proof_of_progress(known: Watch) -> None:
    began_at, proof = CLOCK.now(), Vital(CLOCK.monotonic(), 1, 1, None, 12.0)
    beats = []
    for found in (None, replace(proof, monotonic=proof.monotonic - FRESH_S - 1), proof):
        known.site.vital = found
        beats.append(heartbeat(known.site, 1, began_at, str, CLOCK))
    assert [beat is not None for beat in beats] == [False, False, True]
