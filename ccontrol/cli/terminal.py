"""What rich draws: styled text, tables in frames, work in progress. Knows no words of ours."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text


class Terminal:
    """What stdout or stderr is now. Texts are harmless already; in a pipe they have no style."""

    def __init__(self, stream: TextIO) -> None:
        self._console = _Console(file=stream, highlight=False, markup=False, emoji=False)

    @property
    def is_one(self) -> bool:
        """Tell whether colours and frames may go there."""
        return self._console.is_terminal

    def say(self, text: str, style: str) -> None:
        """Print text, which may have several lines; the terminal breaks long ones itself."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    def show(
        self,
        title: str,
        columns: Sequence[tuple[str, bool]],
        rows: Sequence[Sequence[tuple[str, str]]],
    ) -> None:
        """Print a framed table: columns and which are never broken in two, texts and styles."""
        table = Table(title=Text(title) if title else None, title_justify="left")
        for name, is_whole in columns:
            table.add_column(Text(name), overflow="fold", no_wrap=is_whole)
        for row in rows:
            table.add_row(*(Text(text, style=style) for text, style in row))
        self._console.print(table)

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Show that something takes its time; nothing in a pipe."""
        if not self.is_one:
            yield
            return
        with self._console.status(Text(what)):
            yield

    @contextmanager
    def counting(self, what: str, total: int) -> Iterator[Callable[[], None]]:
        """Show how much of a long work is done; hand out what counts one as done."""
        console = self._console
        with Progress(console=console, transient=True, disable=not self.is_one) as progress:
            task = progress.add_task(what, total=total)
            yield lambda: progress.advance(task)

    @contextmanager
    def measuring(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show how far a long work is; hand out what says how much of `total` is done by now."""
        console = self._console
        with Progress(console=console, transient=True, disable=not self.is_one) as progress:
            task = progress.add_task(what, total=total or None)
            yield lambda done: progress.update(task, completed=done)


class _Console(Console):
    """A console that leaves the end of the call to app: rich would end it with code 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError
