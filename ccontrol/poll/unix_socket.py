"""Unix sockets, however deep their folder lies: made, and found again."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ccontrol.errors import StoreError
from ccontrol.store.disk import named_failures

ADDRESS_AT_MOST = 100
"""sockaddr_un holds 108 bytes (unix(7))."""


def bound(path: Path, mode: int) -> socket.socket:
    """Bind a socket, with its mode set before anybody can connect to it.

    One that a killed daemon left is replaced: the caller knows that nobody else listens there.
    Raises StoreError when the folder takes no socket.
    """
    door = socket.socket(socket.AF_UNIX)
    try:
        with named_failures(path):
            path.unlink(missing_ok=True)
            with address_of(path) as address:
                door.bind(address)
            path.chmod(mode)
    except StoreError:
        door.close()
        raise
    return door


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """Give a socket's path in a form that fits into its address, however deep the folder lies."""
    if len(os.fsencode(path)) <= ADDRESS_AT_MOST:
        yield str(path)
        return
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield str(path)[:ADDRESS_AT_MOST] + "/"  # the folder is not there: neither is the socket
        return
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
