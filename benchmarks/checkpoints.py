"""A log of 100,000 ref updates: what a cosigner's check, a proof and a whole check of it cost.

Wanted: the check of a log of 100,000 entries by a witness below 2 s, with every hash made again
from the lines, as `verify` does it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from ccontrol.cosigner.book import Book
from ccontrol.model import note_key
from ccontrol.store import checkpoints, log_keeping, merkle, notes
from ccontrol.store.checkpoints import Checkpoint
from ccontrol.store.layout import BRANCH
from ccontrol.store.ref_log import HashFile, RefLog, hashes_path, roots
from ccontrol.store.ref_updates import RefUpdate
from ccontrol.store.submission import Submission

WITNESS_S = 2.0
_START = datetime(2031, 5, 6, tzinfo=UTC)
_T = TypeVar("_T")


class _Clock:
    def now(self) -> datetime:
        return _START

    def monotonic(self) -> float:
        return time.monotonic()


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a log, have it cosigned half-way and at its end, and print what that costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    size = parser.parse_args(arguments).entries
    with tempfile.TemporaryDirectory() as folder:
        return 0 if _measure(Path(folder), size) < WITNESS_S else 1


def _measure(folder: Path, size: int) -> float:
    signer = log_keeping.own_key(folder / "log")
    key = notes.key_of("ccontrol/benchmark", note_key.LOG, signer)
    book = Book.make(folder / "book", "historian", _Clock())
    book.trust(key)
    half = size // 2
    for first, last in ((0, half), (half, size)):
        with RefLog(folder / "log") as log:
            log.append([_update(number) for number in range(first, last)])
            checkpoint = Checkpoint(key.name, log.size, log.root())
        note = checkpoints.signed(checkpoint, signer, key)
        subtree = HashFile(hashes_path(folder / "log")).subtree
        prove_s, proof = _timed(lambda: merkle.consistency_proof(first, last, subtree))  # noqa: B023 — called at once
        body = Submission(first, tuple(proof), note).body()
        witness_s, answer = _timed(lambda: book.take(body))  # noqa: B023 — called at once
        assert answer.is_cosigned, answer
    before = time.process_time()
    whole_s, found = _timed(lambda: roots(folder / "log", {size}))
    busy_s = time.process_time() - before
    assert found == {size: checkpoint.root}
    open_s, _ = _timed(lambda: RefLog(folder / "log").close())
    print(f"{size} entries; from {half} on: proof of {len(proof)} hashes {prove_s * 1000:.1f} ms")
    print(f"the witness checks, writes down and cosigns: {witness_s * 1000:.1f} ms", end="")
    print(f" | every line hashed anew: {whole_s:.2f} s, of which the processor {busy_s:.2f} s")
    print(f"the log opened for appending, every line read: {open_s:.2f} s")
    return witness_s + prove_s + whole_s


def _update(number: int) -> RefUpdate:
    at = _START + timedelta(seconds=number)
    return RefUpdate(number, at, BRANCH, f"{number:040x}", f"{number + 1:040x}", f"{number:064x}")


def _timed(action: Callable[[], _T]) -> tuple[float, _T]:
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    sys.exit(main())
