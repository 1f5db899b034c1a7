"""Trouble that only a kernel makes, through its own calls: no right to read, a share that hangs."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_LIBC = ctypes.CDLL(None, use_errno=True)
_VERSION_3 = 0x20080522
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2
_LAZILY = 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextmanager
def like_everybody() -> Iterator[None]:
    """Have modes hold for root too, in this thread and those that it starts (capabilities(7))."""
    if os.geteuid() != 0:
        yield
        return
    header, data = _Header(_VERSION_3, 0), (_Data * 2)()
    _done(_LIBC.capget(ctypes.byref(header), data))
    before = data[0].effective
    data[0].effective = before & ~(1 << _DAC_OVERRIDE) & ~(1 << _DAC_READ_SEARCH)
    _done(_LIBC.capset(ctypes.byref(header), data))
    try:
        yield
    finally:
        data[0].effective = before
        _done(_LIBC.capset(ctypes.byref(header), data))


class HangingShare:
    """A file system that a process serves (FUSE), and never answers: every look at it waits."""

    def __init__(self, folder: Path) -> None:
        """Mount it. Skips the test where that is not allowed."""
        self._folder = os.fsencode(folder)
        try:
            self._server = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            pytest.skip("there is no /dev/fuse here that may be opened")
        settings = f"fd={self._server},rootmode=40000,user_id={os.getuid()},group_id=0".encode()
        if _LIBC.mount(b"hanging", self._folder, b"fuse.hanging", 0, settings) != 0:
            os.close(self._server)
            pytest.skip("a file system may not be mounted here")

    def dies(self) -> None:
        """Have the server go: whoever waits is told that nobody will answer."""
        os.close(self._server)

    def goes(self) -> None:
        """Unmount it: what lay under it is seen again."""
        _done(_LIBC.umount2(self._folder, _LAZILY))


def _done(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
