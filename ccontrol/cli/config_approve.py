"""`ccontrol config approve`: a configurator signs the configuration by its SHA-256."""

import hashlib
from typing import Annotated

import typer

from ccontrol.approval.configuration import configuration_path
from ccontrol.canonical import toml
from ccontrol.cli.invocation import invocation
from ccontrol.cli.plant import configured, sites_named
from ccontrol.cli.signing_desk import (
    KeyOption,
    ReasonOption,
    RepositoryOption,
    TicketOption,
    desk,
    say_signed,
    trailers,
)
from ccontrol.errors import UnknownNameError
from ccontrol.store.message import Message

_FORM = 1


def approve(
    context: typer.Context,
    *,
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help="Where there are several.")
    ] = None,
    ticket: TicketOption = "",
    reason: ReasonOption = "",
    key: KeyOption = None,
    repository: RepositoryOption = None,
) -> None:
    """Sign the configuration as it lies there, with your own key: you need the role configurator.

    The daemon runs with any configuration; where people have that role, it says when nobody signed
    the one in force. Any byte that changes asks for another signature.

    \b
    Example:
      ccontrol config approve --ticket T-4711 --key ~/.ssh/id_ed25519
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    chosen = sites_named(config, site)
    if len(chosen) != 1:
        names = ", ".join(one.name for one in chosen)
        raise UnknownNameError("there are several sites", hint=f"Say --site, one of: {names}.")
    sha256 = hashlib.sha256(config.path.read_bytes()).hexdigest()
    named = (("form", _FORM), ("sha256", sha256), ("file", config.path.name))
    said = (("ticket", ticket or None), ("reason", reason or None))
    content = toml.document(toml.lines((*named, *said)))
    message = Message(
        f"sign the configuration {sha256[:16]}",
        reason,
        trailers("configuration", ticket=ticket, reason=reason),
    )
    with desk(here, config, chosen[0], repository) as table:
        commit = table.sign(key, {configuration_path(sha256): content}, message)
        say_signed(table, commit, f"{config.path} with SHA-256 {sha256} is signed")
