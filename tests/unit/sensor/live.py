"""Whether this process may listen on the loopback; where it may not, tests say so."""

import socket

import pytest


def may_listen() -> str:
    """Why it may not; empty: it may."""
    try:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0):
            return ""
    except PermissionError as error:
        return f"no packet socket without CAP_NET_RAW: {error}"


needs_the_loopback = pytest.mark.skipif(bool(may_listen()), reason=may_listen())
