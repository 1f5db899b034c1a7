"""A table of a pack, and its rows as CSV: the data of record, in which no cell is a formula.

What a controller calls its blocks is an attacker's to choose, and a spreadsheet takes a text that
begins with = for a formula.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ccontrol.logic.printable import printable

Cell = str | int | bool | datetime | date | None
Row = tuple[Cell, ...]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are = + - @ in full width, which spreadsheets of East Asia take for the same."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the name of its file, its columns, its rows in their final order."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def about(self, asset_id: str) -> "Table":
        """Return only the rows about one asset; a table without that column is returned whole."""
        if "asset_id" not in self.columns:
            return self
        at = self.columns.index("asset_id")
        return Table(self.name, self.columns, tuple(r for r in self.rows if r[at] == asset_id))


def csv_bytes(table: Table) -> bytes:
    """Return the table as CSV (RFC 4180) in UTF-8; equal tables give equal bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([tamed(word(cell)) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8", "replace")


def word(cell: Cell) -> str:
    """Return a cell as text: times in UTC to the second, truth as yes and no, nothing as ""."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def tamed(text: str) -> str:
    r"""Return a text that no spreadsheet takes for a formula, on one line, nothing in it hidden.

    The first character is judged before and after it is made printable: a tab is harmless as
    "\t", and still shows that somebody tried.
    """
    shown = printable(text)
    return f"'{shown}" if text.startswith(_FORMULA) or shown.startswith(_FORMULA) else shown


def by_first_cells(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return rows in an order that depends on nothing but what stands in them."""
    return tuple(sorted(rows, key=lambda row: tuple(word(cell) for cell in row)))
