"""Who may sign what ⇄ `people/people.toml`, and the paths beside it. Checks no signature."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from ccontrol.canonical import toml
from ccontrol.canonical.reading import Table, read_written
from ccontrol.errors import UnreadableStateError
from ccontrol.model.approval import DaemonKey, People, Person, PersonKey, Role

FORM = 1
FOLDER = "people"
PEOPLE = f"{FOLDER}/people.toml"
ALLOWED_SIGNERS = f"{FOLDER}/allowed_signers"
SIGNATURES = f"{FOLDER}/signatures"
NAMESPACE = "ccontrol-people"
"""What a root key signs for: `ssh-keygen -Y sign -n ccontrol-people people.toml`."""
_PRINCIPAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,60}@[A-Za-z0-9][A-Za-z0-9.-]{0,60}")
_KEY = re.compile(r"[a-z0-9@.-]{1,60} [A-Za-z0-9+/]{16,8000}={0,2}")
_CERTIFICATE = "-cert-"
_RULE = "requester_approves"
_KEYS = ("form", "serial", "threshold", _RULE, "roots", "person", "daemon")
_FIRST_YEAR = 1970
_MOST = 10_000
"""People, roots or keys of the daemon; more are rubbish."""


def render_people(people: People) -> bytes:
    """Return the file; people sorted by name, keys in their order."""
    head: tuple[tuple[str, int | tuple[str, ...] | None], ...] = (
        ("form", FORM),
        ("serial", people.serial),
        ("threshold", people.threshold),
        (_RULE, people.requester_approves),
        ("roots", people.roots),
    )
    persons = sorted(people.persons, key=lambda one: one.principal)
    return toml.document(
        toml.lines(head),
        *(lines for person in persons for lines in _person_lines(person)),
        *(["[[daemon]]", *toml.lines(_daemon(key))] for key in people.daemon_keys),
    )


def parse_people(content: bytes) -> People:
    """Return what the file says. Raises UnreadableStateError for what cannot be meant."""
    table = read_written(PEOPLE, content)
    table.require_only(*_KEYS)
    if table.integer("form") != FORM:
        raise UnreadableStateError(f"{PEOPLE} has a form that this version does not know")
    people = People(
        serial=table.integer("serial"),
        threshold=table.integer("threshold"),
        roots=tuple(_key(table, line) for line in table.texts("roots")),
        persons=tuple(map(_parsed_person, table.tables("person"))),
        daemon_keys=tuple(map(_parsed_daemon, table.tables("daemon"))),
        requester_approves=table.flag(_RULE) if _RULE in table else None,
    )
    _require_sense(people)
    return people


def is_principal(text: str) -> bool:
    """Tell whether a text can be the name of a person: like an address of mail."""
    return _PRINCIPAL.fullmatch(text) is not None


def signature_path(fingerprint_hex: str) -> str:
    """Return where a root's signature over the file lies; by the SHA-256 of its key, in hex."""
    return f"{SIGNATURES}/{fingerprint_hex}.sig"


def _require_sense(people: People) -> None:
    names = [person.principal for person in people.persons]
    own = [key.line for one in people.persons for key in one.keys if not key.is_authority]
    vouching = [
        (one.principal, key.line) for one in people.persons for key in one.keys if key.is_authority
    ]
    authorities = {line for _, line in vouching}
    lines = [*own, *authorities]
    complaints = (
        (people.serial < 1, "serial has to be 1 or more"),
        (not 1 <= people.threshold <= len(people.roots), "threshold: not so many roots"),
        (max(len(names), len(people.roots), len(people.daemon_keys)) > _MOST, "too many"),
        (len(set(people.roots)) < len(people.roots), "a root key stands twice"),
        (len({name.lower() for name in names}) < len(names), "a principal stands twice"),
        (len(set(lines)) < len(lines), "one key belongs to two people, or stands twice"),
        (len(set(vouching)) < len(vouching), "an authority stands twice at one person"),
        (not authorities.isdisjoint(people.roots), "a root key is an authority, too"),
        (not {*people.roots, *lines}.isdisjoint(_of_daemon(people)), "a key of the daemon's"),
        (len({*_of_daemon(people)}) < len(people.daemon_keys), "a daemon's key stands twice"),
    )
    for is_wrong, what in complaints:
        if is_wrong:
            raise UnreadableStateError(f"{PEOPLE}: {what}")


def _of_daemon(people: People) -> Iterator[str]:
    return (key.line for key in people.daemon_keys)


def _person_lines(person: Person) -> Iterable[list[str]]:
    head = (
        ("principal", person.principal),
        ("name", person.name or None),
        ("roles", tuple(sorted(role.value for role in person.roles))),
    )
    yield ["[[person]]", *toml.lines(head)]
    for key in person.keys:
        yield ["[[person.key]]", *toml.lines(_person_key(key))]


def _person_key(key: PersonKey) -> Iterator[tuple[str, str | bool | datetime | None]]:
    yield "key", key.line
    yield "authority", True if key.is_authority else None
    yield "from", key.valid_from
    yield "until", key.valid_until


def _daemon(key: DaemonKey) -> Iterator[tuple[str, str | int | None]]:
    yield "key", key.line
    yield "last", key.last
    yield "compromised_from", key.compromised_from


def _parsed_person(table: Table) -> Person:
    table.require_only("principal", "name", "roles", "key")
    principal = table.text("principal")
    if not is_principal(principal):
        raise UnreadableStateError(f"{table.where}: {principal[:80]!a} is no name like ada@plant")
    return Person(
        principal=principal,
        roles=frozenset(_role(table, word) for word in table.texts("roles")),
        keys=tuple(map(_parsed_key, table.tables("key"))),
        name=table.text("name", ""),
    )


def _parsed_key(table: Table) -> PersonKey:
    table.require_only("key", "authority", "from", "until")
    return PersonKey(
        line=_key(table, table.text("key")),
        valid_from=_since_1970(table, "from"),
        valid_until=_since_1970(table, "until"),
        is_authority="authority" in table and table.flag("authority"),
    )


def _parsed_daemon(table: Table) -> DaemonKey:
    table.require_only("key", "last", "compromised_from")
    last, since = (_place(table, name) for name in ("last", "compromised_from"))
    return DaemonKey(_key(table, table.text("key")), last, since)


def _place(table: Table, name: str) -> int | None:
    """Return the number of a commit; None when the file names none. A key may have signed none."""
    number = table.integer(name) if name in table else None
    if number is not None and number < 0:
        raise UnreadableStateError(f"{table.where}: {name} counts commits, and is {number}")
    return number


def _role(table: Table, word: str) -> Role:
    try:
        role = Role(word)
    except ValueError as error:
        raise UnreadableStateError(f"{table.where}: no role is called {word[:80]!a}") from error
    if role is Role.ROOT:
        raise UnreadableStateError(f"{table.where}: who is root follows from `roots`")
    return role


def _key(table: Table, line: str) -> str:
    if _KEY.fullmatch(line) is None or not _is_one_key(*line.split()):
        raise UnreadableStateError(f"{table.where}: want a public key without comment")
    return line


def _is_one_key(kind: str, text: str) -> bool:
    """Tell whether a line is the only way in which its key is written: no key has two owners.

    A certificate is none: it is its authority's key that stands here.
    """
    try:
        blob = base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    named = len(kind).to_bytes(4, "big") + kind.encode("ascii")
    written = base64.b64encode(blob).decode("ascii")
    return blob.startswith(named) and written == text and _CERTIFICATE not in kind


def _since_1970(table: Table, name: str) -> datetime | None:
    """Return a time that ssh-keygen can take, too: it counts from 1970 on."""
    if name not in table:
        return None
    found = table.time(name)
    if found.year < _FIRST_YEAR:
        raise UnreadableStateError(f"{table.where}: {name!r} lies before {_FIRST_YEAR}")
    return found
