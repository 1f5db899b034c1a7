"""A daemon to be killed: commits until it is, and prints each commit that was acknowledged."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from ccontrol.clock import SystemClock
from ccontrol.store import maintenance
from ccontrol.store.keys import FileSigner
from ccontrol.store.message import Message
from ccontrol.store.writer import Daemon, Writer

_PACK_EVERY = 40


def main() -> None:
    folder = Path(sys.argv[1])
    clock = SystemClock()
    daemon = Daemon("plant-1", FileSigner.load(folder / "signing-key"))
    with Writer(folder / "plant-1", daemon, clock) as writer:
        number = int(datetime.now(UTC).timestamp() * 1000)  # noqa: TID251 — only to differ from the last run
        while True:
            number += 1
            files = {f"plant/press/FC{number % 7}": b"edition %d\n" % number}
            receipt = writer.commit(files, message=Message("x"), when=clock.now())
            if receipt is not None:
                print(receipt.commit, flush=True)  # noqa: T201 — the acknowledgement
            if number % _PACK_EVERY == 0:
                maintenance.pack(folder / "plant-1", writer.lock_handle)
                maintenance.index_history(folder / "plant-1", writer.lock_handle)


if __name__ == "__main__":
    main()
