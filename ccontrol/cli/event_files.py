"""Files of events as they are handed to a command: opened, told apart, read with progress."""

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from ccontrol.cli.output import measuring
from ccontrol.errors import BadFileError
from ccontrol.sources.files import Reading, read
from ccontrol.sources.wire.protocols import PORTS
from ccontrol.sources.wire.table import Watchlist

STDIN = "-"
PortsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--port",
        metavar="PORT=PROTOCOL",
        help="A port on which controllers speak s7, enip, modbus, fins or ads, beside the "
        "usual ones. May be given again.",
    ),
]
_PORT_LIMIT = 65_536


def watchlist_of(ports: list[str], controllers: list[str]) -> Watchlist:
    """Return where controllers are, as options say it. Raises BadParameter."""
    known = dict(PORTS)
    for text in ports:
        port, _, name = text.partition("=")
        if not port.isdecimal() or not 0 < int(port) < _PORT_LIMIT:
            raise typer.BadParameter(f"{text!r}: want PORT=PROTOCOL, e.g. 10102=s7")
        if name not in PORTS.values():
            names = ", ".join(sorted(set(PORTS.values())))
            raise typer.BadParameter(f"{text!r}: the protocols are {names}")
        known[int(port)] = name
    return Watchlist(known, frozenset(_packed(address) for address in controllers))


def _packed(address: str) -> bytes:
    try:
        return ipaddress.ip_address(address).packed
    except ValueError as error:
        raise typer.BadParameter(f"{address!r} is no IP address") from error


def read_all(names: list[str], watchlist: Watchlist) -> list[Reading]:
    """Read every file in turn. Raises BadFileError for one that cannot be read at all."""
    readings = []
    for name in names:
        with _opened(name) as (file, size), measuring(f"Reading {name}", size) as progress:
            shown = "standard input" if name == STDIN else Path(name).name
            readings.append(read(file, shown, watchlist, progress))
    return readings


@contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file; yield it with its size, 0 for what has none."""
    if name == STDIN:
        yield sys.stdin.buffer, 0
        return
    path = Path(name)
    try:
        file = path.open("rb")
    except IsADirectoryError as error:
        raise BadFileError(f"{name} is a folder", hint="Name the files in it.") from error
    except OSError as error:
        raise BadFileError(f"{name}: {error.strerror}", hint="Check the path.") from error
    with file:
        yield file, path.stat().st_size if path.is_file() else 0
