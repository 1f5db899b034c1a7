"""`ccontrol inventory`: what stands in the plant, as the signed history knows it."""

from contextlib import ExitStack
from typing import Annotated

import typer

from ccontrol.cli.inventory_rows import Stock, csv_text, stock_of
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, print_raw, say, show
from ccontrol.cli.plant import Watched, configured, everything
from ccontrol.cli.retired import all_known_named
from ccontrol.cli.states import state_at
from ccontrol.store.repository import Repository


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
) -> None:
    """List order numbers, firmware, serials, modules and blocks.

    It is what was last read; what cannot be read at the moment is marked as old.

    \b
    Example:
      ccontrol inventory
      ccontrol inventory press-3
      ccontrol inventory --csv > inventory.csv
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    config = configured(invocation(context))
    chosen = all_known_named(config, controllers) if controllers else tuple(everything(config))
    with ExitStack() as stack:
        opened = {
            each.site.name: stack.enter_context(Repository.open(each.site.store.path))
            for each in {watched.site.name: watched for watched in chosen}.values()
        }
        stocks = [_stock(opened[watched.site.name], watched) for watched in chosen]
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


def _stock(repository: Repository, watched: Watched) -> Stock:
    return stock_of(watched.controller, watched.site.name, state_at(repository, watched))


def _overview(stocks: list[Stock]) -> Sheet:
    return Sheet(
        ("controller", "area", "order number", "firmware", "serial", "modules", "blocks", ""),
        tuple(_cells(stock) for stock in stocks),
    )


def _cells(stock: Stock) -> tuple[str | Cell, ...]:
    if not stock.known:
        return stock.controller_id, stock.area, "", "", "", "", "", Cell("never read", Tone.CAUTION)
    blocks = " ".join(f"{count} {kind}" for kind, count in stock.blocks)
    unread = f"{stock.unread} unread" if stock.unread else ""
    return (
        stock.controller_id,
        stock.area,
        stock.order_number,
        stock.firmware,
        stock.serial,
        str(stock.modules),
        blocks,
        Cell(unread, Tone.BAD),
    )


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
