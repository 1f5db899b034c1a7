"""Logs of Zeek's ICSNPP parsers, as tab-separated text with its own head or as lines of JSON.

Which log it is stands in its head (`#path`), in its lines (`_path`), else in its file's name.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ccontrol.sources.folding import EventSink, Folding, Scene
from ccontrol.sources.logs import zeek_logs
from ccontrol.sources.logs.rows import Lines, Talks, end, json_object, nanoseconds

_SEPARATOR: Final = b"#separator "
Row = Mapping[str, str]


class Zeek:
    """One file of Zeek's. `read` may be called once."""

    def __init__(self, lines: Lines, name: str, scene: Callable[[tuple[str, ...]], Scene]) -> None:
        self._lines = lines
        self._path = name.partition(".")[0]
        self._scene = scene
        self._separator = "\t"
        self._unset = frozenset({"-", "(empty)"})
        self._columns: tuple[str, ...] = ()
        self._logs: dict[str, tuple[zeek_logs.Log, Talks, Folding]] = {}
        self.watched = 0
        """Lines of logs that are read here."""
        self.unknown: set[str] = set()
        """Names of logs that nothing is read from."""

    def read(self, sink: EventSink, progress: Callable[[], None]) -> None:
        """Read every line; hand on every event."""
        for row in self._rows():
            progress()
            path = row.get("_path", self._path)
            log = self._log(path, sink)
            if log is None:
                continue
            self.watched += 1
            try:
                self._take(row, *log)
            except (KeyError, ValueError):
                self._lines.unread += 1  # a field is missing, or says something else
        for _, _, folding in self._logs.values():
            folding.close()

    def _take(self, row: Row, log: zeek_logs.Log, talks: Talks, _: Folding) -> None:
        client = end(row["id.orig_h"], int(row["id.orig_p"]))
        server = end(row["id.resp_h"], int(row["id.resp_p"]))
        time_ns = nanoseconds(row["ts"])
        talk = talks.between(row.get("uid", ""), client, server)
        for act in log(row, talk):
            talks.tell(talk, act, self._lines.number, time_ns)

    def _log(self, path: str, sink: EventSink) -> tuple[zeek_logs.Log, Talks, Folding] | None:
        if path not in self._logs:
            kind = zeek_logs.LOGS.get(path)
            if kind is None:
                self.unknown.add(path[:64])
                return None
            folding = Folding(self._scene(kind.weaknesses), sink)
            self._logs[path] = kind.read, Talks(folding), folding
        return self._logs[path]

    def _rows(self) -> Iterator[Row]:
        for line in self._lines:
            if line.startswith(b"#"):
                self._head(line)
            elif line.startswith(b"{"):
                value = json_object(line)
                if value is None:
                    self._lines.unread += 1
                else:
                    yield {key: _word(said) for key, said in value.items() if said is not None}
            elif line:
                row = self._row(line)
                if row is None:
                    self._lines.unread += 1
                else:
                    yield row

    def _head(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        if line.startswith(_SEPARATOR):
            sign = text.partition(" ")[2]
            self._separator = "\t" if sign == "\\x09" else sign[:1] or "\t"
            return
        word, _, rest = text.partition(self._separator)
        if word == "#path":
            self._path = rest
        elif word == "#fields":
            self._columns = tuple(rest.split(self._separator))
        elif word in {"#unset_field", "#empty_field"}:
            self._unset |= {rest}

    def _row(self, line: bytes) -> Row | None:
        values = line.decode("utf-8", "replace").split(self._separator)
        if len(values) != len(self._columns):
            return None
        return {
            column: value
            for column, value in zip(self._columns, values, strict=True)
            if value not in self._unset
        }


def _word(said: object) -> str:
    return {True: "T", False: "F"}[said] if isinstance(said, bool) else str(said)
