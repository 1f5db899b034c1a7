"""Tables as a workbook for people: the same rows as the CSV, a sheet each. XlsxWriter's only door.

Written row by row, so that a year of 500 controllers fits into memory. No cell is a formula or a
link, whatever it begins with; equal tables give equal bytes.
"""

import io
import tempfile
from collections.abc import Iterable
from datetime import datetime

import xlsxwriter

from ccontrol.evidence.tables import Cell, Table, tamed, word

_MOST_ROWS = 1_048_000
_LONGEST = 32_000
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 — the format knows no zones; any fixed day will do
_WIDEST = 60
_LONGEST_NAME = 31
_LONGEST_HEADING = 240


def workbook(tables: Iterable[Table], label: str) -> bytes:
    """Return the workbook. A table that is too long for a sheet ends with a line that says so.

    Each sheet is printed with the label on every page.
    """
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": folder,
        }
        book = xlsxwriter.Workbook(out, settings)
        book.set_properties({"created": _CREATED, "comments": label})
        heading = "&L" + label.replace("&", "&&")[:_LONGEST_HEADING]  # &L: on the left
        bold = book.add_format({"bold": True})
        for table in tables:
            sheet = book.add_worksheet(table.name[:_LONGEST_NAME])
            sheet.freeze_panes(1, 0)
            sheet.set_header(heading)
            for at, column in enumerate(table.columns):
                sheet.set_column(at, at, min(_WIDEST, max(12, len(column) + 2)))
                sheet.write_string(0, at, column, bold)
            _fill(sheet, table)
        book.close()
    return out.getvalue()


def _fill(sheet: xlsxwriter.worksheet.Worksheet, table: Table) -> None:
    for number, row in enumerate(table.rows[:_MOST_ROWS], start=1):
        for at, cell in enumerate(row):
            _write(sheet, number, at, cell)
    if len(table.rows) > _MOST_ROWS:
        told = f"{len(table.rows) - _MOST_ROWS} more rows: see {table.name}.csv"
        sheet.write_string(_MOST_ROWS + 1, 0, told)


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, int) and not isinstance(cell, bool):
        sheet.write_number(row, column, cell)
    elif text := tamed(word(cell)):
        cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… (cut: see the CSV)"
        sheet.write_string(row, column, cut)
