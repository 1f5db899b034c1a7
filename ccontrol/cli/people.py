"""`ccontrol people`: who may sign what, as a file that root people sign and `approved` keeps."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.people import (
    ALLOWED_SIGNERS,
    PEOPLE,
    SIGNATURES,
    parse_people,
    render_people,
)
from ccontrol.cli.handed_over import content_of
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.plant import configured, sites_named
from ccontrol.cli.signing_desk import (
    Desk,
    KeyOption,
    RepositoryOption,
    desk,
    require_no_daemons,
    say_signed,
)
from ccontrol.cli.times import moment, stamp
from ccontrol.config.settings import Config, Site
from ccontrol.errors import (
    AlreadyThereError,
    BadFileError,
    SigningError,
    UnknownNameError,
    UnreadableStateError,
)
from ccontrol.model.approval import DaemonKey, People, Person, PersonKey, Role
from ccontrol.store import signing
from ccontrol.store.approving import Content, Pen, approve
from ccontrol.store.key_history import closed
from ccontrol.store.keys import public_line
from ccontrol.store.message import Message
from ccontrol.store.people import (
    key_of,
    owner_of,
    root_signature_path,
    signature_fault,
    signers_of,
)
from ccontrol.store.people_keys import key_in, signer_in

_LARGEST = 1_000_000
"""Bytes of a draft: whatever is larger counts nowhere (ccontrol.store.approved)."""
_MEND = "Mend that in the draft, or write a new one: `ccontrol people draft FILE`."

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
DraftArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The draft of people.toml.")]
SiteOption = Annotated[
    str | None, typer.Option("--site", metavar="SITE", help="Where there are several.")
]


@group.callback()
def about_people() -> None:
    """Say who may approve, in a file that root people sign.

    \b
    Example:
      ccontrol people show
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("show")
def show_people(
    context: typer.Context,
    *,
    site: SiteOption = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show who may sign what, by the last version that counts.

    \b
    Example:
      ccontrol people show
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here, config, chosen = _site(context, site)
    with desk(here, config, chosen, repository) as table:
        people = table.people
    if as_json:
        emit("ccontrol/people/1", {"site": chosen.name, "people": people})
        return
    say(f"{chosen.name}: version {people.serial}, {people.threshold} roots sign the next one")
    rows = tuple(_cells(person, key) for person in people.persons for key in person.keys)
    show(Sheet(("person", "roles", "key", "from", "until"), rows))
    for line in people.roots:
        say(f"  root {line}")


@group.command()
def draft(
    context: typer.Context,
    *,
    file: DraftArgument,
    site: SiteOption = None,
    repository: RepositoryOption = None,
) -> None:
    """Write a draft of the next version: what counts now, or the first one with your roots.

    It is plain TOML: edit it, or use `ccontrol people add`. Then roots sign it, with
    `ccontrol people sign` or with stock `ssh-keygen -Y sign -n ccontrol-people FILE`.

    \b
    Example:
      ccontrol people draft people.toml
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here, config, chosen = _site(context, site)
    if file.exists():
        raise AlreadyThereError(f"{file} exists already")
    with desk(here, config, chosen, repository) as table:
        next_one = next_version(table)
    file.write_bytes(render_people(next_one))
    say(f"{file}: version {next_one.serial}; add people, then have {next_one.threshold} roots sign")


@group.command()
def add(
    *,
    file: DraftArgument,
    person: Annotated[str, typer.Option(metavar="NAME", help="Like ada@plant.example.")],
    public_key: Annotated[
        Path, typer.Option(metavar="FILE.pub", help="Their public key, or that of their CA.")
    ],
    roles: Annotated[
        list[Role],
        typer.Option("--role", help="What they may do. May be given again."),
    ],
    name: Annotated[str, typer.Option(metavar="TEXT", help="What people call them.")] = "",
    until: Annotated[
        str, typer.Option(metavar="TIME", help="The key counts only before this.")
    ] = "",
    authority: Annotated[
        bool, typer.Option(help="The key is a CA's: certificates for that name count.")
    ] = False,
) -> None:
    """Add a person to a draft, or another key to one that is in it.

    \b
    Example:
      ccontrol people add people.toml --person ada@plant --public-key ada.pub --role approver
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    people = _draft(_content(file))
    public = key_in(public_key)
    require_no_daemons(public, tuple(key_of(one.line) for one in people.daemon_keys))
    key = PersonKey(
        public_line(public),
        valid_until=moment(until) if until else None,
        is_authority=authority,
    )
    known = people.person(person) or Person(person, frozenset(), (), name)
    new = replace(known, roles=frozenset(roles), keys=(*known.keys, key), name=name or known.name)
    others = tuple(one for one in people.persons if one.principal != person)
    content = render_people(replace(people, persons=(*others, new)))
    _draft(content)
    file.write_bytes(content)
    say(f"{person} is in {file}; it has to be signed anew")


@group.command()
def sign(*, file: DraftArgument, key: KeyOption = None) -> None:
    """Sign a draft with a root key; the signature is a file beside it.

    \b
    Example:
      ccontrol people sign people.toml --key ~/.ssh/root_ed25519
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    content = _content(file)
    people, signer = _draft(content), signer_in(key)
    if render_people(people) != content:
        content = render_people(people)
        file.write_bytes(content)
        say(f"{file}: written anew in the one form that counts", Tone.CAUTION)
    line = public_line(signer.public_key)
    if line not in people.roots:
        say(
            "none of the draft's roots; it counts if it is one of the version before",
            Tone.CAUTION,
        )
    armor = signing.sign(signer, content, "ccontrol-people")
    target = file.with_name(f"{file.name}.{Path(root_signature_path(line)).stem[:16]}.sig")
    target.write_text(armor, "ascii")
    say(f"{target}: signed with {line.split()[0]}", Tone.GOOD)


@group.command()
def commit(
    context: typer.Context,
    *,
    file: DraftArgument,
    key: KeyOption = None,
    site: SiteOption = None,
    repository: RepositoryOption = None,
) -> None:
    """Put a signed draft onto `approved`, with the signatures that lie beside it.

    \b
    Example:
      ccontrol people commit people.toml --key ~/.ssh/id_ed25519
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here, config, chosen = _site(context, site)
    with desk(here, config, chosen, repository) as table:
        content = _content(file)
        people = _draft(content)
        known = table.approvals.people
        edits = _files(file, content, people, known or people)
        edits |= _gone(table, edits)
        signer = table.signer(key)
        principal = owner_of(signer.public_key, known or people, table.judging.now)
        pen = Pen("", principal if "@" in principal else "root@people", signer)
        message = Message(f"who may sign, version {people.serial}", "", (("Class", "people"),))
        found = approve(table.repository, pen, edits, message, table.judging)
        table.note(f"people.toml version {people.serial} onto approved", principal)
        say_signed(table, found.trusted or "", f"version {people.serial} counts from now on")


def _content(file: Path) -> bytes:
    content = content_of(file, _LARGEST, "`ccontrol people draft FILE` writes a draft.")
    if len(content) > _LARGEST:
        raise BadFileError(f"{file}: larger than any people.toml", hint=_MEND)
    return content


def _draft(content: bytes) -> People:
    try:
        return parse_people(content)
    except UnreadableStateError as error:
        raise BadFileError(str(error), hint=_MEND) from error


def _site(context: typer.Context, name: str | None) -> tuple[Invocation, Config, Site]:
    here = invocation(context)
    config = configured(here)
    chosen = sites_named(config, name)
    if len(chosen) != 1:
        names = ", ".join(site.name for site in chosen)
        raise UnknownNameError("there are several sites", hint=f"Say --site, one of: {names}.")
    return here, config, chosen[0]


def next_version(table: Desk) -> People:
    """Return a draft: what counts now, or the first one; with where the daemon's keys ended."""
    anchor, known = table.judging.anchor, table.approvals.people
    if known is None:
        daemons = tuple(DaemonKey(public_line(key)) for key in table.daemon_keys)
        known = People(0, anchor.threshold, anchor.roots, (), daemons)
    ended = closed(known.daemon_keys, table.last_signed())
    rule = known.requester_approves
    return replace(
        known,
        serial=known.serial + 1,
        daemon_keys=ended,
        requester_approves=anchor.requester_approves if rule is None else rule,
    )


def _files(file: Path, content: bytes, people: People, before: People) -> dict[str, Content]:
    edits: dict[str, Content] = {
        PEOPLE: content,
        ALLOWED_SIGNERS: signers_of(people).text().encode("ascii"),
    }
    for path in sorted(file.parent.glob(f"{file.name}*.sig")):
        armor = path.read_bytes()
        line = public_line(signing.parse(armor.decode("ascii", "replace")).public_key)
        fault = signature_fault(armor, content, line)
        if fault is not None:
            raise SigningError(
                f"{path}: {fault}", hint="It signed another version; remove it or sign anew."
            )
        if line in before.roots:
            edits[root_signature_path(line)] = armor
    return edits


def _gone(table: Desk, edits: dict[str, Content]) -> dict[str, Content]:
    """Return what takes away the signatures of the version before."""
    if table.heads.approved is None:
        return {}
    old = table.repository.entries(SIGNATURES, table.heads.approved)
    return dict.fromkeys(path for path in old if path not in edits)


def _cells(person: Person, key: PersonKey) -> tuple[str | Cell, ...]:
    kind = f"{key.line.split()[0]} (authority)" if key.is_authority else key.line.split()[0]
    return (
        person.principal,
        ", ".join(sorted(role.value for role in person.roles)),
        kind,
        stamp(key.valid_from, nothing=""),
        stamp(key.valid_until, nothing=""),
    )
