"""What a site's channels have acknowledged, a file of lines for each day, for who reconstructs it.

Not durable like the history and signed by nobody: it says when somebody was told, as far as kept.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from threading import Lock

from pydantic import TypeAdapter, ValidationError

from ccontrol.errors import StoreError
from ccontrol.model.alert import ToldAlert
from ccontrol.store import durable
from ccontrol.store.disk import named_failures

KEPT_DAYS = 400
_LINE_BYTES = 16 * 1024
_ROW = TypeAdapter(ToldAlert)
_log = logging.getLogger(__name__)


class ToldLog:
    """Writes it. The threads of all channels share it; a failure is logged and holds nobody up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()

    def note(self, alerts: Iterable[ToldAlert], today: date) -> None:
        """Keep that these were told."""
        content = b"".join(_ROW.dump_json(alert) + b"\n" for alert in alerts)
        path = self._folder / f"{today.isoformat()}.jsonl"
        with self._lock:
            try:
                is_new = not path.exists()
                durable.make_folder(self._folder)
                durable.append(path, content)
                if is_new:
                    self._tidy()
            except (StoreError, OSError) as error:  # who was told is no worse off by this
                _log.error("it is not kept that alerts were told: %s", error)

    def _tidy(self) -> None:
        for path in sorted(self._folder.glob("*.jsonl"))[:-KEPT_DAYS]:
            durable.remove(path)


def read_told(folder: Path, since: date, until: date) -> Iterator[ToldAlert]:
    """Yield what was told on these days, in order; lines that nobody understands are left out.

    Raises StoreError when the files cannot be read.
    """
    with named_failures(folder):
        if not folder.is_dir():
            return
        for path in sorted(folder.glob("*.jsonl")):
            if since.isoformat() <= path.stem <= until.isoformat():
                yield from _rows(path)


def _rows(path: Path) -> Iterator[ToldAlert]:
    with path.open("rb") as file:
        while line := file.readline(_LINE_BYTES):
            try:
                yield _ROW.validate_json(line)
            except ValidationError:
                _log.warning("a line of what was told is damaged file=%s", path)
