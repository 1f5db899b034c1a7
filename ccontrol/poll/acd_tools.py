"""The process that has acd-tools derive an L5X of an ACD: `python -m ccontrol.poll.acd_tools`.

acd-tools' one door. It works on files of the folder in which it is started: GIVEN is the ACD, made
by `logic.acd.container`, since acd-tools writes what an ACD holds wherever the ACD says; MADE or
FAULT is the answer. acd-tools can write projects, too: nothing here does.
"""

import resource
import sys
from pathlib import Path

from ccontrol.poll.bounds import MEMORY_BYTES, bound_memory, bound_time

GIVEN, MADE, FAULT = Path("given.ACD"), Path("made.L5X"), Path("fault")
FILE_AT_MOST = 512 * 1024 * 1024
"""Of each file that it writes, its own index of the databases included; in bytes."""


def _derive() -> str:
    from acd.l5x.export_l5x import ExportL5x  # noqa: PLC0415 — an extra
    from loguru import logger  # noqa: PLC0415 — comes with it

    logger.remove()
    return str(ExportL5x(str(GIVEN), "unpacked").project.to_xml())


def main() -> None:
    """Entry of the process; its argument is how many seconds of the processor it has."""
    bound_memory(MEMORY_BYTES)
    bound_time(float(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_AT_MOST, FILE_AT_MOST))
    try:
        MADE.write_bytes(_derive().encode("utf-8", "replace"))
    except Exception as error:  # noqa: BLE001 — supervised border: others' decoder on others' file
        FAULT.write_text(f"{type(error).__name__}: {error}", "utf-8", "replace")


if __name__ == "__main__":
    main()
