"""What people sign about changes ⇄ TOML, and where it lies on `approved`.

Times carry their offset: a local time means two times in one night of the year, and none in
another. Unknown names are refused, since a scope that is misspelt would forbid nothing.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from ccontrol.canonical import toml
from ccontrol.canonical.reading import Table, read_written
from ccontrol.errors import CcontrolError, UnreadableStateError
from ccontrol.model.approval import (
    ChangeWindow,
    Decision,
    DecisionKind,
    ExpectedFile,
    Scope,
    Sighting,
)
from ccontrol.model.aspect import Aspect

FORM = 1
WINDOWS, DECISIONS, ATTESTATIONS = "changes", "decisions", "attestations"
SIGHTINGS = "journal/approved"
"""On `observed`: when the daemon saw a commit of `approved` first."""
_WINDOW_ID = re.compile(r"CHG-[A-Za-z0-9][A-Za-z0-9-]{0,60}")
_CHANGE_ID = re.compile(r"[0-9]{8}-[0-9a-f]{16}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WINDOW_KEYS = (
    "form", "id", "controllers", "from", "until", "time_zone", "ticket", "reason", "requester",
    "aspects", "objects", "changes_at_most", "emergency", "cancelled", "file",
)  # fmt: skip
_DECISION_KEYS = (
    "form", "change_id", "number", "kind", "controller", "reason", "ticket", "requester", "who",
    "findings", "conclusion", "facts",
)  # fmt: skip


def is_window_id(text: str) -> bool:
    """Tell whether a text can name a change window."""
    return _WINDOW_ID.fullmatch(text) is not None


def window_path(window_id: str) -> str:
    """Return "changes/CHG-….toml". Raises CcontrolError for what can be no id."""
    if not is_window_id(window_id):
        raise CcontrolError(
            f"{window_id[:80]!a} is no id of a change window",
            hint="Say CHG- and letters, digits and '-', e.g. CHG-4711.",
        )
    return f"{WINDOWS}/{window_id}.toml"


def decisions_folder(change_id: str) -> str:
    """Return the folder of all decisions about a change."""
    if _CHANGE_ID.fullmatch(change_id) is None:
        raise CcontrolError(f"{change_id[:80]!a} is no change id")
    return f"{DECISIONS}/{change_id}"


def decision_path(decision: Decision) -> str:
    """Return "decisions/<change id>/<nnnn>.toml"."""
    return f"{decisions_folder(decision.change_id)}/{decision.number:04}.toml"


def sighting_path(commit: str) -> str:
    """Return where the daemon writes when it saw a commit of `approved` first."""
    return f"{SIGHTINGS}/{commit[:2]}/{commit}.toml"


def render_window(window: ChangeWindow) -> bytes:
    """Return the window's file."""
    files = ((("name", one.name), ("sha256", one.sha256)) for one in window.files)
    return toml.document(
        toml.lines(_window(window)), *(["[[file]]", *toml.lines(one)] for one in files)
    )


def parse_window(content: bytes) -> ChangeWindow:
    """Return the window of a file. Raises UnreadableStateError for what cannot be meant."""
    table = _read("change window", content, _WINDOW_KEYS)
    window = ChangeWindow(
        id=table.text("id"),
        controllers=table.texts("controllers"),
        since=table.time("from"),
        until=table.time("until"),
        ticket=table.text("ticket"),
        reason=table.text("reason"),
        requester=table.text("requester", ""),
        scope=Scope(
            frozenset(_aspect(table, word) for word in table.texts("aspects")),
            table.texts("objects"),
        ),
        changes_at_most=table.integer("changes_at_most") if "changes_at_most" in table else 0,
        files=tuple(map(_parsed_file, table.tables("file"))),
        emergency="emergency" in table and table.flag("emergency"),
        cancelled="cancelled" in table and table.flag("cancelled"),
        time_zone=table.text("time_zone", "UTC"),
    )
    _require_sense(window)
    return window


def render_decision(decision: Decision) -> bytes:
    """Return the decision's file."""
    facts = ["[facts]", *toml.lines(decision.facts)] if decision.facts else []
    return toml.document(toml.lines(_decision(decision)), facts)


def parse_decision(content: bytes) -> Decision:
    """Return the decision of a file. Raises UnreadableStateError for what cannot be meant."""
    table = _read("decision", content, _DECISION_KEYS)
    decision = Decision(
        change_id=table.text("change_id"),
        number=table.integer("number"),
        kind=table.word("kind", DecisionKind),
        controller_id=table.text("controller"),
        reason=table.text("reason", ""),
        ticket=table.text("ticket", ""),
        requester=table.text("requester", ""),
        who=table.text("who", ""),
        findings=table.text("findings", ""),
        conclusion=table.text("conclusion", ""),
        facts=tuple(sorted(table.table("facts").named_texts().items())),
    )
    if _CHANGE_ID.fullmatch(decision.change_id) is None or decision.number < 1:
        raise UnreadableStateError("decision: it is about no change, or has no number")
    return decision


def render_sighting(sighting: Sighting) -> bytes:
    """Return the file in which the daemon says when it saw a commit of `approved` first."""
    named = (
        ("form", FORM),
        ("commit", sighting.commit),
        ("at", sighting.at),
        ("principal", sighting.principal),
        ("subject", sighting.subject),
    )
    return toml.document(toml.lines(named))


def parse_sighting(content: bytes) -> Sighting:
    """Return what such a file says. Raises UnreadableStateError."""
    table = _read("sighting", content, ("form", "commit", "at", "principal", "subject"))
    commit = table.text("commit")
    if _COMMIT.fullmatch(commit) is None:
        raise UnreadableStateError(f"sighting: {commit[:80]!a} is no commit")
    return Sighting(commit, table.time("at"), table.text("principal"), table.text("subject"))


def _read(what: str, content: bytes, keys: tuple[str, ...]) -> Table:
    table = read_written(what, content)
    table.require_only(*keys)
    if table.integer("form") != FORM:
        raise UnreadableStateError(f"the {what} has a form that this version does not know")
    return table


def _require_sense(window: ChangeWindow) -> None:
    complaints = (
        (_WINDOW_ID.fullmatch(window.id) is None, "its id has to be CHG- and letters or digits"),
        (not window.controllers, "it names no controllers"),
        (window.until <= window.since, "it ends before it begins"),
        (window.changes_at_most < 0, "changes_at_most is less than none"),
        (not window.ticket.strip() and not window.emergency, "it has no ticket"),
    )
    for is_wrong, what in complaints:
        if is_wrong:
            raise UnreadableStateError(f"change window: {what}")


def _window(
    window: ChangeWindow,
) -> Iterator[tuple[str, str | int | bool | tuple[str, ...] | datetime | None]]:
    yield "form", FORM
    yield "id", window.id
    yield "controllers", window.controllers
    yield "from", window.since
    yield "until", window.until
    yield "time_zone", window.time_zone
    yield "ticket", window.ticket
    yield "reason", window.reason
    yield "requester", window.requester or None
    yield "aspects", tuple(sorted(one.value for one in window.scope.aspects)) or None
    yield "objects", window.scope.objects or None
    yield "changes_at_most", window.changes_at_most or None
    yield "emergency", True if window.emergency else None
    yield "cancelled", True if window.cancelled else None


def _decision(decision: Decision) -> Iterator[tuple[str, str | int | None]]:
    yield "form", FORM
    yield "change_id", decision.change_id
    yield "number", decision.number
    yield "kind", decision.kind.value
    yield "controller", decision.controller_id
    for name in ("reason", "ticket", "requester", "who", "findings", "conclusion"):
        yield name, getattr(decision, name) or None


def _parsed_file(table: Table) -> ExpectedFile:
    table.require_only("name", "sha256")
    sha256 = table.text("sha256")
    if _SHA256.fullmatch(sha256) is None:
        raise UnreadableStateError(f"{table.where}: want a SHA-256 as 64 hex digits")
    return ExpectedFile(table.text("name"), sha256)


def _aspect(table: Table, word: str) -> Aspect:
    try:
        return Aspect(word)
    except ValueError as error:
        raise UnreadableStateError(f"{table.where}: no aspect is {word[:80]!a}") from error
