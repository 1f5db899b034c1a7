"""The listener on real sockets: three ways, strangers, floods, senders that misbehave, no store."""

import socket
import ssl
import time
from pathlib import Path

import pytest

from ccontrol.alerts.syslog_text import framed
from ccontrol.clock import SystemClock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.listening import Listening
from ccontrol.sources.syslog import handing, streams
from ccontrol.sources.syslog.listener import Listener
from ccontrol.sources.syslog.message import LONGEST_LINE
from tests.unit.alerts.receivers import Certificate, certificate, wait_for
from tests.unit.sources.syslog.ear import CHANGED, HERE, SENDERS, Ear, Kept, listening

UDP, TCP, TLS = {"udp": f"{HERE}:0"}, {"tcp": f"{HERE}:0"}, {"tls": f"{HERE}:0"}


def send(port: int, *lines: bytes, whence: str = HERE) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind((whence, 0))
        for line in lines:
            door.sendto(line, (HERE, port))


def connect(port: int, whence: str = HERE) -> socket.socket:
    return socket.create_connection((HERE, port), 30, source_address=(whence, 0))


def is_closed(door: socket.socket) -> bool:
    """Whether the other side ends a connection, of which it says nothing."""
    door.settimeout(30)
    try:
        return door.recv(1) == b""
    except (ssl.SSLError, ConnectionError):
        return True


def act(ear: Ear) -> EngineeringEvent:
    wait_for(lambda: bool(ear.kept.acts))
    return ear.kept.acts[0]


@pytest.fixture
def own(tmp_path: Path) -> Certificate:
    return certificate(tmp_path)


@pytest.fixture
def plc(tmp_path: Path) -> Certificate:
    """The certificate of a controller, which is its own authority."""
    folder = tmp_path / "plc"
    folder.mkdir()
    return certificate(folder)


def tls_settings(own: Certificate, ca: Path | None = None) -> dict[str, str]:
    named = {"certificate": str(own.file), "key": str(own.key)}
    return {**TLS, **named, "client_ca": str(ca) if ca else ""}


def wrapped(raw: socket.socket, own: Certificate, client: Certificate | None) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(own.file))
    if client is not None:
        context.load_cert_chain(client.file, client.key)
    return context.wrap_socket(raw, server_hostname=HERE)


def test_a_datagram_of_a_controller_is_an_event_within_a_second() -> None:
    with listening(**UDP) as ear:
        send(ear.port("udp"), CHANGED)
        event = act(ear)
        assert event.action == "program.modify"
        assert "forgeable" in event.testimony.weaknesses
    assert ear.kept.heard[0].controller_id == "press-3"
    assert ear.kept.watches[-1].heard == ((HERE, 1),)


def test_a_stream_is_followed_however_it_is_framed() -> None:
    other = CHANGED.replace(b"PG/HMIComm", b"Display")
    with listening(**TCP) as ear:
        with connect(ear.port("tcp")) as door:
            door.sendall(framed(CHANGED) + other + b"\n<14>la")
            wait_for(lambda: len(ear.kept.acts) == 2)
            door.sendall(b"st")
        wait_for(lambda: ear.listener.taken == 3)
    assert ear.kept.lines == 3
    assert all("forgeable" in event.testimony.weaknesses for event in ear.kept.acts)


def test_a_controller_with_a_certificate_cannot_be_forged(
    own: Certificate, plc: Certificate
) -> None:
    with (
        listening(**tls_settings(own, plc.file)) as ear,
        wrapped(connect(ear.port("tls")), own, plc) as door,
    ):
        door.sendall(framed(CHANGED))
        assert "forgeable" not in act(ear).testimony.weaknesses
    assert ear.told == []


def test_without_an_authority_for_senders_tls_proves_nothing(own: Certificate) -> None:
    with (
        listening(**tls_settings(own)) as ear,
        wrapped(connect(ear.port("tls")), own, None) as door,
    ):
        door.sendall(framed(CHANGED))
        assert "forgeable" in act(ear).testimony.weaknesses


def test_a_sender_without_the_certificate_that_is_asked_for_is_told(
    own: Certificate, plc: Certificate
) -> None:
    with listening(**tls_settings(own, plc.file)) as ear:
        with wrapped(connect(ear.port("tls")), own, own) as door:
            door.sendall(framed(CHANGED))
            assert is_closed(door)
        wait_for(lambda: bool(ear.told))
        (sentence,) = ear.told
        assert sentence.startswith(f"syslog from {HERE}: a connection ended with: ")
    assert ear.kept.events == []


def test_a_stranger_is_told_once_and_never_read() -> None:
    with listening(**UDP, **TCP) as ear:
        send(ear.port("udp"), CHANGED, CHANGED, whence="127.0.0.9")
        with connect(ear.port("tcp"), "127.0.0.9") as door:
            assert is_closed(door)
        send(ear.port("udp"), CHANGED)
        act(ear)
        assert ear.listener._intake.refused == 3
    assert ear.told == ["syslog from 127.0.0.9, which is no configured sender, is not read"]
    assert ear.kept.lines == 1
    assert ear.kept.watches[-1].packets == 1


def test_a_socket_of_ipv6_hears_the_senders_of_ipv4() -> None:
    with listening(udp="[::]:0") as ear:
        send(ear.port("udp"), CHANGED)
        assert act(ear).controller.address == HERE


def test_a_datagram_that_is_too_long_is_cut_counted_and_understood() -> None:
    with listening(**UDP) as ear:
        send(ear.port("udp"), CHANGED + b" " + b"x" * 20_000)
        assert act(ear).objects[0].name == "SE_USER_PROGRAM_CHANGED"
        assert ear.listener._intake.cut == 1
    assert LONGEST_LINE < 20_000


def test_no_more_connections_of_one_sender_than_a_few_and_the_newest_is_heard() -> None:
    with listening(**TCP) as ear:
        doors = [connect(ear.port("tcp")) for _ in range(streams.MOST_OF_ONE + 3)]
        try:
            doors[-1].sendall(CHANGED + b"\n")
            act(ear)
            held = ear.listener._intake
            assert held.refused == 0
            for door in doors[:3]:
                assert is_closed(door)
        finally:
            for door in doors:
                door.close()


def test_a_connection_that_says_nothing_is_closed() -> None:
    with listening(**TCP, idle_s=0.1) as ear, connect(ear.port("tcp")) as door:
        assert is_closed(door)


def test_a_message_without_end_ends_its_connection_and_is_told() -> None:
    with listening(**TCP) as ear:
        with connect(ear.port("tcp")) as door:
            door.sendall(framed(CHANGED) + b"9999999999 x")
            wait_for(lambda: bool(ear.told))
        act(ear)
    assert "9999999999 bytes was announced" in ear.told[0]


def test_a_port_that_is_taken_is_told_and_the_other_way_is_open() -> None:
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
        with listening(**UDP, tcp=f"{HERE}:{port}") as ear:
            send(ear.port("udp"), CHANGED)
            act(ear)
    assert len(ear.told) == 1
    assert f"cannot listen on {HERE}:{port}" in ear.told[0]


def test_a_listener_that_is_stopped_at_once_ends() -> None:
    listener = Listener(
        Listening(SENDERS, udp=f"{HERE}:0"), Kept(), SystemClock(), lambda _sentence: None
    )
    listener.start()
    listener.stop(30)
    assert not listener.is_alive


def test_a_certificate_that_is_none_is_told(tmp_path: Path, own: Certificate) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    with listening(**TLS, certificate=str(bad), key=str(own.key)) as ear:
        assert "tls cannot listen" in ear.told[0]


def test_what_is_heard_while_the_store_takes_nothing_is_kept_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handing, "RETRY_S", 0.05)
    kept = Kept(refuses=True)
    with listening(kept, **UDP) as ear:
        send(ear.port("udp"), CHANGED)
        time.sleep(0.3)
        assert kept.heard == []
        kept.refuses = False
        act(ear)
    assert kept.lines == 1


def test_what_breaks_its_keeping_is_counted_as_lost_and_the_next_is_kept() -> None:
    kept = Kept(breaks=True)
    with listening(kept, **UDP) as ear:
        send(ear.port("udp"), CHANGED)
        wait_for(lambda: not kept.breaks)
        send(ear.port("udp"), b"<109>1 - plc - - - - SE_FIRMWARE_LOADED")
        assert act(ear).action == "firmware.write"
    assert kept.watches[-1].dropped == 1


def test_a_store_that_hangs_makes_context_give_way_and_never_an_act(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handing, "OTHERS_WAITING", 2)
    kept = Kept()
    kept.hangs.clear()
    told = b'<109>1 - plc - - - [s userName="u%d"] SE_SESSION_CLOSED'
    with listening(kept, **UDP) as ear:
        send(ear.port("udp"), *(told % number for number in range(20)), CHANGED)
        wait_for(lambda: ear.listener.taken == 21)
        kept.hangs.set()
        act(ear)
    assert 2 <= len(kept.events) - 1 < 20
    assert kept.watches[-1].dropped == 20 - (len(kept.events) - 1)


def test_in_a_flood_of_noise_no_engineering_event_is_lost() -> None:
    """As fast as this host sends; what it cannot hold is dropped by the kernel, and is counted."""
    noise = b"<14>1 2024-05-01T12:00:00Z plc app - - - temperature %d of motor 7 is normal"
    sent = 20_000
    with listening(**TCP) as ear:
        with connect(ear.port("tcp")) as door:
            for number in range(sent):
                door.sendall(noise % number + b"\n")
                if number % 1_000 == 0:
                    user = b'[s userName="u%d"]' % number
                    door.sendall(CHANGED.replace(b" - SE_", b" " + user + b" SE_") + b"\n")
        wait_for(lambda: ear.listener.taken == sent + 20)
        wait_for(lambda: len(ear.kept.acts) == 20)
    assert ear.kept.lines == sent + 20
    assert len(ear.kept.events) <= 22
    assert ear.kept.watches[-1].dropped == 0


def test_what_the_kernel_drops_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccontrol.sources.syslog.datagrams.BUFFER_BYTES", 4_096)
    sent = 3_000
    with listening(**UDP) as ear:
        intake = ear.listener._intake
        loop = ear.listener._loop
        assert loop is not None
        loop.call_soon_threadsafe(time.sleep, 1.0)  # nobody reads while they come
        send(ear.port("udp"), *(b"<14>x",) * sent)
        time.sleep(1.2)
        send(ear.port("udp"), b"<14>last")  # the kernel tells its count with the next one
        wait_for(lambda: intake._hearing.lines + intake._hearing.dropped >= sent + 1)
    (watch,) = ear.kept.watches
    assert watch.dropped > 0
    assert watch.packets + watch.dropped == sent + 1
