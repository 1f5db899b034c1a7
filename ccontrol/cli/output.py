"""How anything reaches a person or a program: lines, tables, JSON. Knows no command.

On a terminal tables have colours and frames; into a pipe goes plain text without either. What a
controller said is made harmless first: it could hold escape sequences.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from ccontrol.cli.asjson import jsonable
from ccontrol.store.message import visible

_GAP = "  "
_COPIED = frozenset({"controller", "change"})
"""Columns of names that the next command is given: never broken in two, however narrow it gets."""


class Tone(Enum):
    """What a cell means, at a glance; the value is its style on a terminal."""

    PLAIN = ""
    GOOD = "green"
    CAUTION = "yellow"
    BAD = "bold red"
    QUIET = "dim"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a table."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: a title, the columns' names, and rows of as many cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    title: str = ""


def harmless(text: str) -> str:
    """Return one line without anything that steers a terminal or hides itself."""
    return visible(text.replace("\n", "\\n"))


def say(text: str = "", tone: Tone = Tone.PLAIN) -> None:
    """Print text to standard output; it may have several lines."""
    _console().print(Text(visible(text), style=tone.value), soft_wrap=True)


def complain(text: str, tone: Tone = Tone.PLAIN) -> None:
    """Print text to standard error."""
    _console(stderr=True).print(Text(visible(text), style=tone.value), soft_wrap=True)


def show(sheet: Sheet) -> None:
    """Print a table, without the columns that hold nothing."""
    sheet = _told_columns(sheet)
    console = _console()
    if console.is_terminal:
        console.print(_framed(sheet))
    else:
        say(plain(sheet))


def emit(form: str, content: object) -> None:
    """Print a value as one JSON object; `form` is its documented shape and version.

    Pure ASCII: nothing in it can steer a terminal either.
    """
    body = jsonable(content)
    if not isinstance(body, dict):
        raise TypeError(f"{form} has to be an object, not a {type(body).__name__}")
    text = json.dumps({"form": form, **body}, indent=2, ensure_ascii=True)
    sys.stdout.write(text.replace("\x7f", "\\u007f") + "\n")


def print_raw(text: str) -> None:
    """Print text that was made harmless already, ends of lines included (CSV)."""
    sys.stdout.write(text)


def plain(sheet: Sheet) -> str:
    """Return a table as aligned plain text, with nothing cut off."""
    rows = [sheet.columns, *(tuple(_text(cell) for cell in row) for row in sheet.rows)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(sheet.columns))]
    lines = [
        _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([sheet.title, *lines] if sheet.title else lines)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something takes its time; nothing in a pipe."""
    console = _console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(Text(visible(what))):
        yield


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show on a terminal how much of a long work is done; hand out what counts one as done."""
    console = _console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(visible(what), total=total)
        yield lambda: progress.advance(task)


@contextmanager
def measuring(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how far a long work is; hand out what says how much is done by now."""
    console = _console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(visible(what), total=total or None)
        yield lambda done: progress.update(task, completed=done)


class _Console(Console):
    """A console that leaves the end of the call to app: rich would end it with code 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _console(*, stderr: bool = False) -> _Console:
    """Made anew each time, so that it writes to what stdout is now."""
    stream = sys.stderr if stderr else sys.stdout
    return _Console(file=stream, highlight=False, markup=False, emoji=False)


def _told_columns(sheet: Sheet) -> Sheet:
    if not sheet.rows:
        return sheet
    told = [at for at in range(len(sheet.columns)) if any(_text(row[at]) for row in sheet.rows)]
    rows = tuple(tuple(row[at] for at in told) for row in sheet.rows)
    return Sheet(tuple(sheet.columns[at] for at in told), rows, sheet.title)


def _framed(sheet: Sheet) -> Table:
    table = Table(title=Text(visible(sheet.title)) if sheet.title else None, title_justify="left")
    for column in sheet.columns:
        table.add_column(Text(column), overflow="fold", no_wrap=column in _COPIED)
    for row in sheet.rows:
        table.add_row(*(Text(_text(cell), style=_tone(cell).value) for cell in row))
    return table


def _text(cell: str | Cell) -> str:
    return harmless(cell.text if isinstance(cell, Cell) else cell)


def _tone(cell: str | Cell) -> Tone:
    return cell.tone if isinstance(cell, Cell) else Tone.PLAIN
