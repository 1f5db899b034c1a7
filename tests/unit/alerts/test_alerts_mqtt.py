"""MQTT: a broker that no code of ours is in, over real sockets, well-behaved and not."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.alerts import mqtt
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Event, Mqtt
from ccontrol.model.secret import Secret
from tests.unit.alerts.broker import NOT_AUTHORISED, Broker, mqtt_broker
from tests.unit.alerts.receivers import HERE, an_alert, certificate, closed_port, deaf

ALERTS = [an_alert(1), an_alert(2)]


def plain(port: int, **other: object) -> Mqtt:
    return Mqtt(HERE, port, security="none", **other)  # type: ignore[arg-type]  # a test's own words


@pytest.mark.parametrize(("version", "level"), [("5", 5), ("3.1.1", 4)])
def test_each_alert_is_a_message_of_its_controllers_topic_and_is_acknowledged(
    version: str, level: int
) -> None:
    with mqtt_broker() as broker:
        mqtt.send(plain(broker.port, version=version), ALERTS, 10)
    assert broker.levels == [level]
    assert [(one.topic, one.qos, one.retain) for one in broker.told] == [
        ("ccontrol/north/press-3", 1, False)
    ] * 2
    bodies = [json.loads(one.payload) for one in broker.told]
    assert [body["form"] for body in bodies] == ["ccontrol/alerts/1"] * 2
    assert [body["alerts"][0]["text"] for body in bodies] == [one.text for one in ALERTS]


def test_more_than_a_window_of_messages_arrives_in_order() -> None:
    many = [an_alert(number, details="x" * 2_000) for number in range(50)]
    with mqtt_broker() as broker:
        mqtt.send(plain(broker.port), many, 20)
    told = [json.loads(one.payload)["alerts"][0]["id"] for one in broker.told]
    assert told == [one.id for one in many]


def test_a_topic_says_where_and_what() -> None:
    way = plain(1, topic="plant/{site}/{controller}/{event}/{severity}")
    assert mqtt.topic(way, an_alert()) == "plant/north/press-3/change/high"
    assert mqtt.topic(way, an_alert(controller="", event=Event.STORE)).endswith(
        "/-/store-trouble/high"
    )
    assert mqtt.topic(way, an_alert(controller="a/+#b")) == "plant/north/a___b/change/high"


def test_a_message_is_retained_where_that_is_wanted() -> None:
    with mqtt_broker() as broker:
        mqtt.send(plain(broker.port, retain=True), ALERTS, 10)
    assert all(one.retain for one in broker.told)


def test_over_tls_it_shows_its_certificate_and_its_password(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    own, ours = certificate(tmp_path), certificate(tmp_path / "own")
    with mqtt_broker(own.server(asking_for=ours)) as broker:
        way = Mqtt(
            HERE,
            broker.port,
            user="ccontrol",
            password=Secret("open sesame"),
            ca_file=str(own.file),
            own=ours.shown,
        )
        mqtt.send(way, ALERTS, 10)
        with pytest.raises(DeliveryError):
            mqtt.send(replace(way, own=None), ALERTS, 10)
    assert broker.users == [("ccontrol", "open sesame")]
    assert len(broker.told) == 2


def test_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    with mqtt_broker(certificate(tmp_path).server()) as broker:
        with pytest.raises(DeliveryError, match="not trusted"):
            mqtt.send(Mqtt(HERE, broker.port), ALERTS, 10)
        assert broker.ids == []


def test_each_attempt_has_an_id_of_its_own() -> None:
    with mqtt_broker() as broker:
        for _ in range(2):
            mqtt.send(plain(broker.port), ALERTS, 10)
    assert len(set(broker.ids)) == 2
    assert all(len(name) <= 23 and name.isalnum() for name in broker.ids)


def test_a_broker_that_refuses_who_we_are_is_told_by_its_word() -> None:
    with mqtt_broker() as broker:
        broker.welcome = NOT_AUTHORISED
        with pytest.raises(DeliveryError, match="Not authorized"):
            mqtt.send(plain(broker.port), ALERTS, 10)
        assert broker.told == []


def test_a_broker_that_refuses_a_message_has_not_taken_it() -> None:
    with mqtt_broker() as broker:
        broker.answer = NOT_AUTHORISED
        with pytest.raises(DeliveryError, match="Not authorized"):
            mqtt.send(plain(broker.port), ALERTS, 10)


def test_a_broker_that_never_acknowledges_is_let_go_of_in_time() -> None:
    begun = time.monotonic()
    with mqtt_broker() as broker:
        broker.answer = None
        with pytest.raises(DeliveryError, match="no answer within 1 s"):
            mqtt.send(plain(broker.port), ALERTS, 1)
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("drip", [b"", b" ", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_is_no_broker_is_let_go_of_in_time(drip: bytes) -> None:
    begun = time.monotonic()
    with deaf(drip=drip) as port, pytest.raises(DeliveryError):
        mqtt.send(plain(port), ALERTS, 1)
    assert time.monotonic() - begun < 4


def test_nobody_there_is_told() -> None:
    with pytest.raises(DeliveryError, match="refused"):
        mqtt.send(plain(closed_port()), ALERTS, 10)


def test_a_broker_that_says_more_than_any_has_to_is_cut_off() -> None:
    """A PUBLISH of 200 MB that nobody subscribed to would fill our memory."""
    with mqtt_broker() as broker:
        broker.raw = b"\x30\xff\xff\xff\x5f" + b"x" * 500_000
        with pytest.raises(DeliveryError, match="more than any broker"):
            mqtt.send(plain(broker.port), ALERTS, 10)


@pytest.fixture(scope="module")
def strange() -> Iterator[Broker]:
    with mqtt_broker() as broker:
        yield broker


@settings(max_examples=60, deadline=None)
@given(
    raw=st.one_of(
        st.binary(max_size=40),
        st.builds(
            lambda kind, body: bytes((kind, len(body))) + body,
            st.sampled_from([0x20, 0x40, 0x30, 0x32, 0x62, 0x70, 0x90, 0xD0, 0xE0, 0xF0]),
            st.binary(max_size=30),
        ),
    )
)
def test_whatever_a_broker_says_it_is_an_answer_or_a_failure(strange: Broker, raw: bytes) -> None:
    strange.raw = raw
    for version in ("5", "3.1.1"):
        with suppress(DeliveryError):
            mqtt.send(plain(strange.port, version=version), ALERTS[:1], 0.3)
