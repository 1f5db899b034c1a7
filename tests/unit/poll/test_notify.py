"""systemd's notification protocol."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.poll.notify import Notifier


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(5)
        yield manager


def test_words_arrive_in_one_datagram(manager: socket.socket, tmp_path: Path) -> None:
    manager.bind(str(tmp_path / "s"))
    Notifier(str(tmp_path / "s")).say("READY=1", "STATUS=watching 3 controllers")
    assert manager.recv(4096) == b"READY=1\nSTATUS=watching 3 controllers"


def test_an_abstract_address_is_understood(manager: socket.socket) -> None:
    manager.bind("\0ccontrol-notify-test")
    Notifier("@ccontrol-notify-test").say("WATCHDOG=1")
    assert manager.recv(4096) == b"WATCHDOG=1"


def test_without_a_manager_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    Notifier.from_environment().say("READY=1")
