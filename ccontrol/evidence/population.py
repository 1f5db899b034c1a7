"""The population as a CSV that its owner keeps: read with every fault at once.

Impact ratings, systems, perimeters and classes cannot be read from a controller.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from itertools import chain, islice, zip_longest
from typing import Any

from ccontrol.errors import BadFileError
from ccontrol.evidence.facts import Asset

COLUMNS = (
    "asset_id",
    "controller_id",
    "name",
    "impact",
    "bcs",
    "class",
    "esp",
    "zone",
    "parent",
    "in_scope_from",
    "in_scope_until",
)
_NEEDED = ("asset_id",)
_IMPACTS = ("", "high", "medium", "low")
_CLASSES = ("", "BCA", "EACMS", "PACS", "PCA")
_MOST_BYTES = 16 * 2**20
_MOST_COLUMNS, _MOST_ROWS = 100, 100_000
_SPLIT = "Split it by site."
_LONGEST_NAME = 40
"""Of a column; likeness to one that is known is looked for up to here."""
_LONGEST = 300
_SHOWN = 50


def parse_population(where: str, content: bytes) -> tuple[Asset, ...]:
    """Return the assets of a file, by id. Raises BadFileError with every fault and its line.

    A file of an earlier pack can be read back: its other columns are passed over where they are
    known, and the mark before a formula is taken off.
    """
    names, rows = rows_of(where, content)
    faults = list(islice(chain(_head_faults(names, rows), _row_faults(rows)), _SHOWN))
    if faults:
        shown = "\n  ".join(faults)
        raise BadFileError(f"{where}:\n  {shown}", hint="Mend these lines and import it again.")
    return tuple(sorted(map(_asset, rows), key=lambda asset: asset.asset_id))


def rows_of(where: str, content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """Return the columns of a CSV that people wrote, and its rows by column.

    A row that has other cells than there are columns holds None, in place of a name or a cell.
    Raises BadFileError for what is no CSV, or larger than any list of assets.
    """
    if len(content) > _MOST_BYTES:
        raise BadFileError(f"{where}: more than {_MOST_BYTES} bytes", hint=_SPLIT)
    try:
        lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        names = next(filter(None, lines), [])
        rows = list(islice(filter(None, lines), _MOST_ROWS + 1))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFileError(
            f"{where}: not a CSV in UTF-8 ({error})", hint="Save it as CSV, UTF-8, with commas."
        ) from error
    if len(rows) > _MOST_ROWS or len(names) > _MOST_COLUMNS:
        most = f"{_MOST_ROWS} lines or {_MOST_COLUMNS} columns"
        raise BadFileError(f"{where}: more than {most}", hint=_SPLIT)
    return names, [_named(names, row) for row in rows]


def _named(names: list[str], row: list[str]) -> dict[str, str]:
    """Return a row by column, as csv.DictReader would."""
    found: dict[Any, Any] = dict(zip_longest(names, row[: len(names)]))
    if len(row) > len(names):
        found[None] = row[len(names) :]
    return found


def merged(assets: Iterable[Asset], controllers: Iterable[str]) -> tuple[Asset, ...]:
    """Return the population with every controller in it that is polled and that nobody named."""
    declared = tuple(assets)
    named = {asset.controller_id for asset in declared}
    rest = sorted(set(controllers) - named)
    undeclared = [Asset(one, one, is_declared=False) for one in rest]
    return tuple(sorted((*declared, *undeclared), key=lambda asset: asset.asset_id))


def _head_faults(names: list[str], rows: list[dict[str, str]]) -> Iterator[str]:
    if not rows:
        yield "it holds no line below its header"
    for needed in _NEEDED:
        if rows and needed not in names:
            yield f"line 1: the column {needed!r} is missing"
    for name in names:
        near = get_close_matches(name[:_LONGEST_NAME], COLUMNS, n=1, cutoff=0.8)
        if name not in COLUMNS and near and near[0] not in names:
            yield f"line 1: unknown column {name[:_LONGEST_NAME]!r}; did you mean {near[0]!r}?"


def _row_faults(rows: list[dict[str, str]]) -> Iterator[str]:
    met: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        asset_id = _cell(row, "asset_id")
        if not asset_id:
            yield f"line {number}: no asset_id"
        elif asset_id in met:
            again = repr(asset_id[:_LONGEST_NAME])
            yield f"line {number}: {again} stands in line {met[asset_id]} already"
        met[asset_id] = number
        yield from (f"line {number}: {fault}" for fault in _cell_faults(row))


def _cell_faults(row: Mapping[str, str]) -> Iterator[str]:
    if None in row or None in row.values():
        yield "more or fewer cells than columns"
    if _cell(row, "impact").lower() not in _IMPACTS:
        yield f"impact is high, medium or low, not {_short(row, 'impact')}"
    if _cell(row, "class").upper() not in _CLASSES:
        yield f"class is BCA, EACMS, PACS or PCA, not {_short(row, 'class')}"
    if any(len(_cell(row, name)) > _LONGEST for name in COLUMNS):
        yield f"a cell is longer than {_LONGEST} characters"
    for name in ("in_scope_from", "in_scope_until"):
        try:
            _day(row, name)
        except ValueError:
            yield f"{name} is a day such as 2026-02-28, not {_short(row, name)}"


def _asset(row: Mapping[str, str]) -> Asset:
    asset_id = _cell(row, "asset_id")
    return Asset(
        asset_id=asset_id,
        controller_id=_cell(row, "controller_id") if "controller_id" in row else asset_id,
        name=_cell(row, "name"),
        impact=_cell(row, "impact").lower(),
        bcs=_cell(row, "bcs"),
        asset_class=_cell(row, "class").upper(),
        esp=_cell(row, "esp"),
        zone=_cell(row, "zone"),
        parent=_cell(row, "parent"),
        in_scope_from=_day(row, "in_scope_from"),
        in_scope_until=_day(row, "in_scope_until"),
    )


def _short(row: Mapping[str, str], name: str) -> str:
    return repr(_cell(row, name)[:_LONGEST_NAME])


def _cell(row: Mapping[str, str], name: str) -> str:
    text = (row.get(name) or "").strip()
    return text[1:] if text[:1] == "'" else text


def _day(row: Mapping[str, str], name: str) -> date | None:
    text = _cell(row, name)
    return date.fromisoformat(text) if text else None
