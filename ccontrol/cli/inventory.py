"""`ccontrol inventory`: what stands in the plant, as the signed history knows it."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Annotated

import typer

from ccontrol.cli.baselines import Approved, approved_of, baseline_of, is_in_part
from ccontrol.cli.inventory_rows import Stock, csv_text, stock_of
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, complain, emit, print_raw, say, show
from ccontrol.cli.plant import Watched, configured, everything
from ccontrol.cli.retired import all_known_named
from ccontrol.cli.states import state_at
from ccontrol.clock import Clock
from ccontrol.config.settings import Config
from ccontrol.errors import StoreError, UnreadableStateError
from ccontrol.model.approval import Baseline
from ccontrol.model.controller import Controller
from ccontrol.model.state import State
from ccontrol.store.repository import Repository


@dataclass(slots=True)
class _Trouble:
    """Why the history of some controllers of a site cannot be read."""

    site: str
    error: StoreError | UnreadableStateError
    controllers: list[str] = field(default_factory=list)


def command(
    context: typer.Context,
    *,
    controllers: Annotated[
        list[str] | None, typer.Argument(metavar="[CONTROLLER]...", help="All, if none is named.")
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="One row for each unit, for a spreadsheet.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """List order numbers, firmware, serials, modules and programs.

    It is what was last read; what cannot be read at the moment is marked as old. The order number
    of a Rockwell device is its catalogue number. A controller whose history cannot be read is told;
    the call then ends with its error's code.

    \b
    Example:
      ccontrol inventory
      ccontrol inventory press-3
      ccontrol inventory --csv > inventory.csv
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    chosen = all_known_named(config, controllers) if controllers else tuple(everything(config))
    stocks, troubles = _stocks(config, chosen, here.clock)
    if as_json:
        emit("ccontrol/inventory/1", {"controllers": stocks})
    elif as_csv:
        print_raw(csv_text(stocks))
    elif not stocks:
        say("the configuration names no controller")
    else:
        show(_overview(stocks))
        for stock in stocks if controllers else []:
            _tell_units(stock)
    return _ended(troubles)


def _stocks(
    config: Config, chosen: Iterable[Watched], clock: Clock
) -> tuple[list[Stock], list[_Trouble]]:
    """Return what is known of each controller, and what cannot be read of some."""
    stocks: list[Stock] = []
    troubles: dict[tuple[str, str], _Trouble] = {}
    with ExitStack() as stack:
        opened: dict[str, Repository] = {}
        approved: dict[str, Approved | None] = {}
        for watched in chosen:
            site, who = watched.site, watched.controller
            baseline: Baseline | None = None
            try:
                if site.name not in opened:
                    repository = stack.enter_context(Repository.open(site.store.path))
                    opened[site.name] = repository
                    approved[site.name] = approved_of(config, site, repository, clock)
                state, unreadable = state_at(opened[site.name], watched), ""
                baseline = _baseline(approved[site.name], opened[site.name], who, state)
            except (StoreError, UnreadableStateError) as error:  # its neighbours are not concerned
                state, unreadable = None, str(error)
                key = (site.name, unreadable)
                troubles.setdefault(key, _Trouble(site.name, error)).controllers.append(who.id)
            stock = stock_of(who, site.name, state, unreadable)
            stocks.append(replace(stock, baseline=baseline))
    return stocks, list(troubles.values())


def _baseline(
    approved: Approved | None, repository: Repository, who: Controller, state: State | None
) -> Baseline | None:
    if approved is None:
        return None
    return baseline_of(approved, repository, who, unread=is_in_part(state)).baseline


def _ended(troubles: list[_Trouble]) -> int:
    for one in troubles:
        who = ", ".join(one.controllers)
        complain(
            f"ccontrol: {one.site}: {who}: what is stored cannot be read: {one.error}", Tone.BAD
        )
        complain(f"  → {one.error.hint}")
    return max((one.error.exit_code for one in troubles), default=0)


def _overview(stocks: list[Stock]) -> Sheet:
    return Sheet(
        (
            *("controller", "area", "order number", "firmware", "serial", "modules", "program"),
            *("approved", ""),
        ),
        tuple(_cells(stock) for stock in stocks),
    )


def _cells(stock: Stock) -> tuple[str | Cell, ...]:
    if stock.unreadable:
        said = Cell("cannot be read", Tone.BAD)
        return stock.controller_id, stock.area, "", "", "", "", "", "", said
    if not stock.known:
        said = Cell("never read", Tone.CAUTION)
        return stock.controller_id, stock.area, "", "", "", "", "", "", said
    unread = f"{stock.unread} unread" if stock.unread else ""
    return (
        stock.controller_id,
        stock.area,
        stock.order_number,
        stock.firmware,
        stock.serial,
        str(stock.modules or ""),  # nobody claims that there are none
        " ".join(_counted(count, kind) for kind, count in stock.program),
        stock.baseline.value if stock.baseline else "",
        Cell(unread, Tone.BAD),
    )


def _counted(count: int, kind: str) -> str:
    """Return a count of parts: "3 OB", "1 task", "4 program files"."""
    word = kind.replace("-", " ")
    return f"{count} {word}s" if count > 1 and kind.islower() else f"{count} {word}"


def _tell_units(stock: Stock) -> None:
    rows = tuple(
        (
            str(item.unit),
            item.title,
            item.order_number,
            item.version,
            item.serial,
            Cell("" if item.unread is None else f"old: {item.unread}", Tone.BAD),
        )
        for item in stock.items
    )
    columns = ("unit", "title", "order number", "version", "serial", "")
    say()
    show(Sheet(columns, rows, title=stock.controller_id))
