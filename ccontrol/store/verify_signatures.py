"""Judging many signatures: in this process while they are few, beside it once they are many.

A signature costs about as much as everything else about a commit, and Python's cryptography holds
the interpreter's lock meanwhile; hence processes, not threads.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from ccontrol.store.closing import Closing
from ccontrol.store.commits import Commit
from ccontrol.store.verify_commit import Trust, signature_fault

_CHUNK = 500
_FEW = 6 * _CHUNK  # starting a process costs as much as this many signatures
_MOST_WORKERS = 4

Verdicts = list[tuple[str, str]]


class SignatureJudge(Closing):
    """Takes commits one by one and says in the end which signatures do not count."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._waiting: list[Commit] = []
        self._given: list[Future[Verdicts]] = []
        self._workers = min(len(os.sched_getaffinity(0)) - 1, _MOST_WORKERS)
        self._pool: ProcessPoolExecutor | None = None

    def take(self, commit: Commit) -> None:
        """Note a commit whose signature has to be judged."""
        self._waiting.append(commit)
        if self._workers and len(self._waiting) >= (_CHUNK if self._pool else _FEW):
            if self._pool is None:
                self._pool = ProcessPoolExecutor(self._workers, get_context("spawn"))
            self._given.append(self._pool.submit(judge, self._waiting, self._trust))
            self._waiting = []

    def faults(self) -> Iterator[tuple[str, str]]:
        """Return the commits whose signatures do not count, each with the reason."""
        yield from judge(self._waiting, self._trust)
        for verdicts in self._given:
            yield from verdicts.result()

    def close(self) -> None:
        """End the processes; what they have not judged by now stays unjudged."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def judge(commits: list[Commit], trust: Trust) -> Verdicts:
    """Return id and reason of every commit whose signature does not count."""
    verdicts = ((commit.id, signature_fault(commit, trust)) for commit in commits)
    return [(name, fault) for name, fault in verdicts if fault is not None]
