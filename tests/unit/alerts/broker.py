"""A small MQTT broker on 127.0.0.1 that takes messages, or refuses them. Shares no code with ours.

Written from the specifications (MQTT 5.0, MQTT 3.1.1); `make strangers` asks mosquitto.
"""

import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.unit.alerts.receivers import HERE, serving

CONNECT, PUBLISH, DISCONNECT = 1, 3, 14
NOT_AUTHORISED = 0x87
"""Reason code of MQTT 5."""


class Packet(NamedTuple):
    kind: int
    flags: int
    body: bytes


class Told(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    retain: bool


@dataclass
class Broker:
    """What a broker got, and how it answers."""

    port: int = 0
    welcome: int = 0
    """Code of its CONNACK."""
    answer: int | None = 0
    """Code of its PUBACKs; None: it never sends one."""
    raw: bytes | None = None
    """Said instead of any answer; then it hangs up."""
    levels: list[int] = field(default_factory=list)
    users: list[tuple[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    goodbyes: int = 0


@contextmanager
def mqtt_broker(tls: ssl.SSLContext | None = None) -> Iterator[Broker]:
    broker = Broker()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            door = self.request
            try:
                if tls is not None:
                    door = tls.wrap_socket(door, server_side=True)
                if broker.raw is None:
                    _converse(broker, door)
                else:
                    _packet(door)
                    door.sendall(broker.raw)
            except OSError:
                return  # it hung up, or does not trust us
            finally:
                door.close()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with serving(server := Server((HERE, 0), Handler)):
        broker.port = server.server_address[1]
        yield broker


def _converse(broker: Broker, door: socket.socket) -> None:
    level = 5
    while (packet := _packet(door)) is not None:
        if packet.kind == CONNECT:
            level = _connect(broker, packet.body)
            more = b"\0" if level == 5 else b""  # no properties
            door.sendall(bytes((0x20, 2 + len(more), 0, broker.welcome)) + more)
        elif packet.kind == PUBLISH:
            number = _publish(broker, packet, level)
            if broker.answer is not None:
                more = bytes((broker.answer,)) if level == 5 and broker.answer else b""
                door.sendall(bytes((0x40, 2 + len(more))) + number + more)
        elif packet.kind == DISCONNECT:
            broker.goodbyes += 1


def _connect(broker: Broker, body: bytes) -> int:
    name, rest = _text(body)
    assert name == b"MQTT"
    level, flags, rest = rest[0], rest[1], rest[4:]
    broker.levels.append(level)
    if level == 5:
        rest = rest[1 + rest[0] :]
    client, rest = _text(rest)
    broker.ids.append(client.decode())
    user, rest = _text(rest) if flags & 0x80 else (b"", rest)
    password, rest = _text(rest) if flags & 0x40 else (b"", rest)
    broker.users.append((user.decode(), password.decode()))
    assert rest == b""
    return level


def _publish(broker: Broker, packet: Packet, level: int) -> bytes:
    topic, rest = _text(packet.body)
    number, rest = rest[:2], rest[2:]
    if level == 5:
        rest = rest[1 + rest[0] :]
    qos, retain = packet.flags >> 1 & 3, bool(packet.flags & 1)
    broker.told.append(Told(topic.decode(), rest, qos, retain))
    return number


def _packet(door: socket.socket) -> Packet | None:
    head = door.recv(1)
    if not head:
        return None
    length = shift = 0
    while True:
        (byte,) = _exactly(door, 1)
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return Packet(head[0] >> 4, head[0] & 15, _exactly(door, length))


def _exactly(door: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        piece = door.recv(count - len(found))
        if not piece:
            raise ConnectionError
        found += piece
    return found


def _text(body: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(body[:2], "big")
    return body[2 : 2 + length], body[2 + length :]
