"""python-snap7's own client on the same S7 CPUs at the same rate, 50 threads.

A process of its own, started by fleet. It connects, asks the four questions of a glance, and
forgets the answers: it compares, journals and keeps nothing. Reads its work as one line of JSON,
prints a line when it is warm, begins at the next line of input and prints what came of it.
"""

import json
import logging
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks._s7_poll_peer import glance, poll

THREADS = 50


class Polls:
    """What came of them, counted from many threads."""

    def __init__(self) -> None:
        self.done = 0
        self.failed = 0
        self.latest_s = 0.0
        self._counting = threading.Lock()

    def one(self, address: tuple[str, int], due: float) -> None:
        """Poll one controller that was due at a monotonic time."""
        failed = False
        try:
            poll(address, glance)
        except Exception:  # noqa: BLE001 — whatever the library raises, it is a poll that failed
            failed = True
        with self._counting:
            self.done += 1
            self.failed += failed
            self.latest_s = max(self.latest_s, time.monotonic() - due)


def main() -> None:
    """Warm up, wait for the word, poll everybody in turn."""
    logging.disable(logging.CRITICAL)
    work = json.loads(sys.stdin.readline())
    where: list[tuple[str, int]] = [tuple(one) for one in work["where"]]
    polls, gap_s = Polls(), work["glance_s"] / len(where)
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda address: poll(address, glance), where[:THREADS]))
        print("warm", flush=True)
        sys.stdin.readline()
        begun = time.monotonic()
        for number in range(int(work["seconds"] / gap_s)):
            due = begun + number * gap_s
            time.sleep(max(0.0, due - time.monotonic()))
            threads.submit(polls.one, where[number % len(where)], due)
    print(json.dumps({"polls": polls.done, "failed": polls.failed, "latest_s": polls.latest_s}))


if __name__ == "__main__":
    main()
