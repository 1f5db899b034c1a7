"""Work that may hang, such as a disk or a share: in threads for which nobody waits at the end."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_its_own_thread(work: Callable[[], T]) -> "asyncio.Future[T]":
    """Do something in a thread that the process does not wait for at its end: a disk may hang."""
    done: Future[T] = Future()

    def run() -> None:
        done.set_running_or_notify_cancel()
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 — whatever it is, who waits is told
            done.set_exception(error)

    threading.Thread(target=run, name="beside", daemon=True).start()
    return asyncio.wrap_future(done)
