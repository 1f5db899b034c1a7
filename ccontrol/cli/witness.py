"""`ccontrol witness`: be the checkpoint witness on another host, with a book that only grows.

Needs no configuration, no store and no daemon: a folder of its own is all.
"""

import asyncio
import ipaddress
import logging
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.handed_over import content_of
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cosigner.book import Book
from ccontrol.cosigner.server import Server
from ccontrol.errors import CosignerError, EngineError, SigningError, UnknownNameError
from ccontrol.store import durable, notes, submission

_KEY = "Give the whole line behind `key:` that `ccontrol checkpoint show SITE` prints there."
_REQUEST = "Name the file that `ccontrol checkpoint request` wrote."
_LOG_FORM = "%(levelname)s %(message)s"

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
BookFolder = Annotated[Path, typer.Argument(metavar="BOOK", help="The folder of the book.")]


@group.callback()
def about_witnesses() -> None:
    """Co-sign checkpoints of other hosts' histories; refuse rewritten and shortened ones.

    \b
    Example:
      ccontrol witness init /var/lib/ccontrol-witness --name historian.plant.example
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("init")
def begin(
    context: typer.Context,
    *,
    folder: BookFolder,
    name: Annotated[
        str, typer.Option(help="Whose word it is: a name like a host's, without spaces.")
    ],
) -> None:
    """Begin a book with a key of its own, and print the key for `[[site.log.cosigner]]`.

    \b
    Example:
      ccontrol witness init /var/lib/ccontrol-witness --name historian.plant.example
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    book = Book.make(folder, name, invocation(context).clock)
    say(book.key.text())


@group.command("trust")
def trust(
    context: typer.Context,
    *,
    folder: BookFolder,
    key: Annotated[str, typer.Argument(help="What `ccontrol checkpoint show` prints as its key.")],
) -> None:
    """Watch a log from now on. Compare its key with the host's by another way first.

    \b
    Example:
      ccontrol witness trust /var/lib/ccontrol-witness ccontrol/north+0a1b2c3d+AZ…
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    try:
        found = notes.parse_key(key)
    except SigningError as error:
        raise UnknownNameError(f"{key[:80]!a} is no key of a log: {error}", hint=_KEY) from error
    Book(folder, invocation(context).clock).trust(found)
    say(f"{found.name} is watched", Tone.GOOD)


@group.command("list")
def list_watched(
    context: typer.Context,
    *,
    folder: BookFolder,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the logs in the book, with what was cosigned last.

    \b
    Example:
      ccontrol witness list /var/lib/ccontrol-witness
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    rows = [
        {
            "origin": each.key.name,
            "key": each.key.text(),
            "size": each.seen.size if each.seen else 0,
            "root": each.seen.root.hex() if each.seen else "",
        }
        for each in Book(folder, invocation(context).clock).watched()
    ]
    if as_json:
        emit("ccontrol/witness-list/1", {"logs": rows})
        return
    for row in rows:
        say(f"{row['origin']}: {row['size']} entries {row['root']}".rstrip())


@group.command("take")
def take(
    context: typer.Context,
    *,
    folder: BookFolder,
    request: Annotated[Path, typer.Argument(metavar="FILE", help="Of `checkpoint request`.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where the answer goes.")
    ],
) -> None:
    """Judge what a log hands in as a file, and write the cosignature. Ends with code 28 for a no.

    \b
    Example:
      ccontrol witness take /var/lib/ccontrol-witness /mnt/stick/north.request -o /mnt/stick/north.answer
    """  # noqa: D301, E501 — \b is click's mark for "keep these lines"; a line to be copied
    body = content_of(request, submission.LARGEST, _REQUEST)
    answer = Book(folder, invocation(context).clock).take(body)
    if not answer.is_cosigned:
        raise CosignerError(f"not cosigned: {answer.status.value} {answer.text.strip()}")
    durable.write_whole(output, answer.text.encode())
    say(f"{output}: cosigned", Tone.GOOD)


@group.command("last")
def last(
    context: typer.Context,
    *,
    folder: BookFolder,
    origin: Annotated[str, typer.Argument(help="Of the log, as `witness list` prints it.")],
) -> None:
    """Print the last checkpoint that was cosigned, for `ccontrol verify --checkpoint`.

    \b
    Example:
      ccontrol witness last /var/lib/ccontrol-witness ccontrol/north > north.checkpoint
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    note = Book(folder, invocation(context).clock).seen_note(origin)
    typer.echo(note.text(), nl=False)


@group.command("serve")
def serve(
    context: typer.Context,
    *,
    folder: BookFolder,
    listen: Annotated[
        str, typer.Option(metavar="ADDRESS:PORT", help="An IP address of this host, and a port.")
    ] = "127.0.0.1:9481",
) -> None:
    """Answer logs over HTTP until it is ended: POST /add-checkpoint, nothing else.

    \b
    Example:
      ccontrol witness serve /var/lib/ccontrol-witness --listen 10.4.0.9:9481
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    logging.basicConfig(level=logging.INFO, format=_LOG_FORM)
    asyncio.run(_serve(Book(folder, invocation(context).clock), *_place(listen)))


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    try:
        address, number = ipaddress.ip_address(host.strip("[]")), int(port)
    except ValueError as error:
        raise typer.BadParameter("--listen: want an IP address and a port") from error
    return str(address), number


async def _serve(book: Book, host: str, port: int) -> None:
    try:
        server = await Server(book).listen(host, port)
    except OSError as error:
        hint = "Choose another --listen, or end who has that port."
        raise EngineError(f"{host}:{port}: {error.strerror}", hint=hint) from error
    say(f"{book.key.name} answers at http://{host}:{server.sockets[0].getsockname()[1]}")
    async with server:
        await server.serve_forever()
