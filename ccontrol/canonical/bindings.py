"""Which project file goes with what runs on a controller, as far as their times say so.

A binding is a pair of a file and a state of `plant/`, made when both moved within a short time of
each other. It says that they belong together, not that they say the same: nobody compared them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ccontrol.canonical import toml
from ccontrol.canonical.layout import Home
from ccontrol.canonical.project_files import PROJECT
from ccontrol.canonical.reading import read
from ccontrol.errors import UnreadableStateError

FORM = 1
WITHIN = timedelta(hours=8)
"""A file and a change of the running program that are so far apart belong to one piece of work."""


class Bond(StrEnum):
    """How a controller stands to its project file."""

    BOUND = "bound"
    STALE = "stale"
    """It runs something else since, or a newer file was dropped that nothing running goes with."""
    NEVER = "never bound"


@dataclass(frozen=True, slots=True)
class Binding:
    """A file and the state that went with it."""

    file: str
    sha256: str
    """Of the file, hex."""
    fingerprint: str
    """SHA-256 tree id (hex) of the controller's folder under plant/."""
    bound_at: datetime


def binding_path(home: Home) -> str:
    """Return where the binding of a controller lies."""
    return f"{home.folder(PROJECT)}/=binding.toml"  # no encoded name of a file begins so


def render_binding(binding: Binding) -> bytes:
    """Return the file of a binding."""
    pairs: list[tuple[str, str | int | datetime | None]] = [
        ("form", FORM),
        ("file", binding.file),
        ("file_sha256", binding.sha256),
        ("plant_tree_sha256", binding.fingerprint),
        ("bound_at", binding.bound_at),
    ]
    return toml.document(toml.lines(pairs))


def parse_binding(content: bytes) -> Binding:
    """Return the binding that a file holds. Raises UnreadableStateError when it holds none."""
    table = read("binding.toml", content)
    if table.integer("form") != FORM:
        raise UnreadableStateError("a binding has a form that this version does not know")
    return Binding(
        table.text("file"),
        table.text("file_sha256"),
        table.text("plant_tree_sha256"),
        table.time("bound_at"),
    )


def bond(binding: Binding | None, fingerprint: str, newest_sha256: str) -> Bond:
    """Say how a controller stands to its file, by what runs now and the file dropped last."""
    if binding is None:
        return Bond.NEVER
    same = (binding.fingerprint, binding.sha256) == (fingerprint, newest_sha256)
    return Bond.BOUND if same else Bond.STALE
