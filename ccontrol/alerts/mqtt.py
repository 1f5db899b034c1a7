"""Publishing to an MQTT broker, one message for each alert. The only module that knows paho-mqtt.

The connection is ours, with one limit for all of it and a bound on what a broker may say; paho
writes and reads the packets. Nothing is subscribed to.
"""

import secrets
import select
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, DisconnectFlags, error_string
from paho.mqtt.client import ConnectFlags as _Flags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ccontrol.alerts.asjson import as_json
from ccontrol.alerts.line import connected, trusting
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, Mqtt

HEARD_AT_MOST = 64 * 1024
"""Bytes of a broker's answers to fifty messages: five each would do."""
_AT_LEAST_ONCE = 1
_VERSIONS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}
_NO_MQTT = (MQTTException, struct.error, ValueError, IndexError, KeyError, TypeError)
"""What paho raises over bytes that are no answer."""


def send(way: Mqtt, alerts: Sequence[Alert], limit_s: float) -> None:
    """Publish alerts. Raises DeliveryError unless the broker acknowledges every one.

    With MQTT 3.1.1 a broker acknowledges, too, what it throws away for lack of rights: only
    version 5 has a word for that.
    """
    tls = trusting(way.ca_file, way.own) if way.security == "tls" else None
    with connected(way.host, way.port, limit_s, tls) as door:
        client = _Client(_Bounded(door), way)
        try:
            _talk(client, door, way, alerts, limit_s)
        except _NO_MQTT as error:
            text = f"{way.host}:{way.port}: no MQTT: {type(error).__name__}"
            raise DeliveryError(text) from error


def topic(way: Mqtt, alert: Alert) -> str:
    """Return where an alert is published; what has no controller stands under "-"."""
    words = {
        "{site}": alert.site,
        "{controller}": alert.controller or "-",
        "{event}": alert.event.value,
        "{severity}": alert.severity.word,
    }
    found = way.topic
    for name, word in words.items():
        found = found.replace(name, "".join("_" if char in "+#/\0" else char for char in word))
    return found


@dataclass(slots=True)
class _Heard:
    """What the broker said so far."""

    welcome: ReasonCode | None = None
    acknowledged: dict[int, ReasonCode] = field(default_factory=dict)
    farewell: ReasonCode | None = None

    def require_consent(self) -> None:
        """Raise ConnectionRefusedError when the broker said no to anything."""
        for code in (self.welcome, *self.acknowledged.values(), self.farewell):
            if code is not None and code.is_failure:
                raise ConnectionRefusedError(f"it answers {code}")


class _Bounded:
    """A connection on which nobody can say more than a bound."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._left = HEARD_AT_MOST
        self.send, self.close, self.fileno = door.send, door.close, door.fileno
        self.setblocking = door.setblocking

    def recv(self, most: int) -> bytes:
        """Return what came. Raises ConnectionAbortedError when it is more than any answer has."""
        found = self._door.recv(min(most, self._left + 1))
        self._left -= len(found)
        if self.is_spent:
            raise ConnectionAbortedError
        return found

    @property
    def is_spent(self) -> bool:
        """Whether it said more than the bound. paho makes one error of all that a socket raises."""
        return self._left < 0


class _Client(Client):
    """A client over a connection that is there already."""

    def __init__(self, door: _Bounded, way: Mqtt) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            # Of its own each time: a broker ends a connection whose id comes a second time, and
            # `ccontrol alert test` must not cut the daemon off. At most 23 letters and digits.
            client_id=f"ccontrol{secrets.token_hex(7)}",
            protocol=_VERSIONS[way.version],
            reconnect_on_failure=False,
        )
        self.own_door = door
        self.heard = _Heard()
        self.on_connect = self._welcomed
        self.on_publish = self._acknowledged
        self.on_disconnect = self._dismissed
        if way.user:
            self.username_pw_set(way.user, way.password.reveal() if way.password else None)

    def _create_socket(self) -> _Bounded:
        return self.own_door

    def _welcomed(
        self, _c: Client, _d: object, _f: _Flags, code: ReasonCode, _p: Properties | None
    ) -> None:
        self.heard.welcome = code

    def _acknowledged(
        self, _c: Client, _d: object, number: int, code: ReasonCode, _p: Properties | None
    ) -> None:
        self.heard.acknowledged[number] = code

    def _dismissed(
        self, _c: Client, _d: object, how: DisconnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        if how.is_disconnect_packet_from_server:  # else paho made the code up
            self.heard.farewell = code


def _talk(
    client: _Client, door: socket.socket, way: Mqtt, alerts: Sequence[Alert], limit_s: float
) -> None:
    """Connect, publish, wait for every acknowledgement, and say goodbye."""
    heard = client.heard
    patience_s = int(limit_s) + 60  # longer than the connection lives: no pings are needed
    _went_well(client, client.connect(way.host, way.port, patience_s))
    while heard.welcome is None:
        _turn(client, door)
    numbers = [_publish(client, way, alert) for alert in alerts]
    while not heard.acknowledged.keys() >= set(numbers):
        _turn(client, door)
    client.disconnect()


def _publish(client: _Client, way: Mqtt, alert: Alert) -> int:
    payload = as_json([alert])
    told = client.publish(topic(way, alert), payload, _AT_LEAST_ONCE, retain=way.retain)
    _went_well(client, told.rc)
    return told.mid


def _turn(client: _Client, door: socket.socket) -> None:
    """Read and write what there is, once. Whoever waits too long is cut off by the limit."""
    watched = select.poll()  # not select(2): the daemon may have more than 1,024 files open
    watched.register(door, select.POLLIN | (select.POLLOUT if client.want_write() else 0))
    if not getattr(door, "pending", int)():  # TLS may hold bytes that the socket has no more
        watched.poll()
    if client.want_write():
        _went_well(client, client.loop_write())
    _went_well(client, client.loop_read())
    client.heard.require_consent()


def _went_well(client: _Client, code: MQTTErrorCode) -> None:
    if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
        client.heard.require_consent()  # the broker's own word says more
        if client.own_door.is_spent:
            raise ConnectionAbortedError("it says more than any broker has to")
        raise ConnectionResetError(error_string(code))
