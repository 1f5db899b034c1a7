"""How a change window ended ⇄ the file on `observed` that says so, and its commit's text. Pure."""

from datetime import UTC

from ccontrol.canonical import toml
from ccontrol.canonical.message import Message
from ccontrol.canonical.reading import read
from ccontrol.errors import UnreadableStateError
from ccontrol.model.approval import ChangeWindow, WindowEnd, WindowEnded

FORM = 1
ENDS = "journal/windows"
"""On `observed`: a folder for each window that ended."""
TRAILER = "Window-End"
_KEYS = ("form", "window", "controllers", "until", "how", "changes", "told_at", "ticket")


def end_path(window: ChangeWindow) -> str:
    """Return where it stands how a window ended. One that is prolonged ends another time."""
    return f"{ENDS}/{window.id}/{window.until.astimezone(UTC):%Y%m%dT%H%M%SZ}.toml"


def render_end(ended: WindowEnded) -> bytes:
    """Return the file."""
    named = (
        ("form", FORM),
        ("window", ended.window),
        ("controllers", ended.controllers),
        ("until", ended.until),
        ("how", ended.how.value),
        ("changes", ended.changes),
        ("told_at", ended.told_at),
        ("ticket", ended.ticket),
    )
    return toml.document(toml.lines(named))


def parse_end(content: bytes) -> WindowEnded:
    """Return what a file says. Raises UnreadableStateError."""
    table = read("end of a change window", content)
    table.require_only(*_KEYS)
    if table.integer("form") != FORM:
        raise UnreadableStateError("the end of a window has a form that this version knows not")
    return WindowEnded(
        window=table.text("window"),
        controllers=table.texts("controllers"),
        until=table.time("until"),
        how=table.word("how", WindowEnd),
        changes=table.integer("changes"),
        told_at=table.time("told_at"),
        ticket=table.text("ticket"),
    )


def sentence(ended: WindowEnded) -> str:
    """Return "CHG-1 has ended: not used, 0 changes"."""
    count = "1 change" if ended.changes == 1 else f"{ended.changes} changes"
    return f"{ended.window} has ended: {ended.how.value}, {count}"


def ends_message(site: str, ended: tuple[tuple[str, WindowEnded], ...]) -> Message:
    """Return the text of the commit that brings these files, each with its path."""
    first, *more = (sentence(one) for _, one in ended)
    return Message(
        f"change window {first}" if not more else f"{len(ended)} change windows have ended",
        "\n".join((first, *more)) if more else "",
        (("Class", "window"), ("Site", site), *((TRAILER, path) for path, _ in ended)),
    )
