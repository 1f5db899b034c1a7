"""`ccontrol alert`, and what `status` says of channels."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from ccontrol.model.alert import Alert
from ccontrol.poll.places import Places, queue_folder
from ccontrol.store.outbox import Outbox
from tests.unit.alerts.broker import mqtt_broker
from tests.unit.alerts.receivers import Received, an_alert, closed_port, syslog_tcp, wait_for
from tests.unit.cli.plants import Plant, Run


@pytest.fixture
def receiver() -> Iterator[Received]:
    with syslog_tcp() as received:
        yield received


def add(plant: Plant, name: str, port: int) -> None:
    with plant.config.open("a") as file:
        file.write(
            f'\n[[site.alert]]\nname = "{name}"\n[site.alert.syslog]\nhost = "127.0.0.1"\n'
            f'port = {port}\ntransport = "tcp"\n'
        )


def test_each_channel_says_what_came_of_it(plant: Plant, run: Run, receiver: Received) -> None:
    add(plant, "siem", receiver.port)
    add(plant, "dead", closed_port())
    answer = run("--config", plant.config, "alert", "test")
    assert answer.code == 60
    assert "north/siem: sent" in answer.out
    assert "north/dead: 127.0.0.1:" in answer.out
    wait_for(lambda: bool(receiver.messages))
    assert " test [ccontrol@32473 " in receiver.texts[0]


def test_one_channel_can_be_named(plant: Plant, run: Run, receiver: Received) -> None:
    add(plant, "siem", receiver.port)
    add(plant, "dead", closed_port())
    assert run("--config", plant.config, "alert", "test", "siem").code == 0
    assert run("--config", plant.config, "alert", "test", "simm").code == 13


def test_without_channels_it_says_so(plant: Plant, run: Run) -> None:
    answer = run("--config", plant.config, "alert", "test")
    assert (answer.code, "nobody is told anything" in answer.out) == (0, True)


def test_a_failed_daemon_is_told_without_one(plant: Plant, run: Run, receiver: Received) -> None:
    add(plant, "siem", receiver.port)
    assert run("--config", plant.config, "alert", "failed").code == 0
    wait_for(lambda: bool(receiver.messages))
    assert receiver.texts[0].startswith("<130>1 ")
    assert "nothing is watched" in receiver.texts[0]


def test_status_shows_what_waits_what_fails_and_what_was_lost(plant: Plant, run: Run) -> None:
    add(plant, "siem", closed_port())
    folder = queue_folder(Places(plant.store).alerts, "siem")
    outbox = Outbox(folder, 1)
    outbox.put("a", b"{}")
    outbox.put("b", b"{}")
    outbox.note_failure(datetime(2026, 3, 1, 6, tzinfo=UTC).isoformat(), "refused")
    answer = run("--config", plant.config, "status")
    assert (
        "channel siem: takes nothing since 2026-03-01T06:00:00+00:00: refused; 1 alerts wait; "
        "1 were lost: its queue was full" in answer.out
    )
    assert run("--config", plant.config, "status", "--check").code == 1
    row = run("--config", plant.config, "status", "--json").json["sites"][0]["channels"]
    assert row == [
        {
            "name": "siem",
            "waiting": 1,
            "failing_since": "2026-03-01T06:00:00+00:00",
            "failure": "refused",
            "lost": 1,
        }
    ]


def test_what_a_receiver_refused_is_listed_with_its_reason(plant: Plant, run: Run) -> None:
    add(plant, "siem", closed_port())
    assert run("--config", plant.config, "alert", "refused").code == 0
    outbox = Outbox(queue_folder(Places(plant.store).alerts, "siem"), 10)
    outbox.put("odd", TypeAdapter(Alert).dump_json(an_alert(7)))
    outbox.put_aside("odd", "refused again and again: it answers 400")
    answer = run("--config", plant.config, "alert", "refused")
    assert answer.code == 1
    assert f"north/siem: {an_alert(7).text}" in answer.out
    assert "it answers 400" in answer.out
    (row,) = run("--config", plant.config, "alert", "refused", "--json").json["alerts"]
    assert (row["channel"], row["id"]) == ("siem", an_alert(7).id)


def test_a_broker_is_told_under_its_topic(plant: Plant, run: Run) -> None:
    with mqtt_broker() as broker:
        with plant.config.open("a") as file:
            file.write(
                '\n[[site.alert]]\nname = "broker"\n[site.alert.mqtt]\nhost = "127.0.0.1"\n'
                f'port = {broker.port}\nsecurity = "none"\n'
            )
        answer = run("--config", plant.config, "alert", "test")
    assert answer.code == 0, answer.out
    (told,) = broker.told
    assert told.topic == "ccontrol/north/-"
    assert b'"event": "test"' in told.payload
