"""The frameworks that come with the package, and those of a file of one's own."""

from pathlib import Path

from ccontrol.errors import BadFileError, UnreadableStateError
from ccontrol.evidence.framework import Framework, parse_framework
from ccontrol.evidence.measures import MEASURES, PEOPLE

BUILT_IN = Path(__file__).parent.parent / "evidence" / "frameworks"
_MOST_BYTES = 2**20
_MEND = "Compare it with the files in ccontrol/evidence/frameworks; docs/evidence.md explains them."


def frameworks(own: Path | None = None) -> tuple[Framework, ...]:
    """Return every framework by the name of its file; `own` is one more, and goes before them.

    Raises BadFileError for an own file that cannot be had, or is faulty.
    """
    found = [read_framework(path) for path in sorted(BUILT_IN.glob("*.toml"))]
    return (*found, *(() if own is None else (read_framework(own),)))


def read_framework(path: Path) -> Framework:
    """Return the framework of a file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}", hint=_MEND) from error
    if len(content) > _MOST_BYTES:
        raise BadFileError(f"{path}: larger than any framework", hint=_MEND)
    try:
        framework = parse_framework(str(path), content)
    except UnreadableStateError as error:
        raise BadFileError(str(error), hint=_MEND) from error
    for one in framework.requirements:
        if one.measure != PEOPLE and one.measure not in MEASURES:
            raise BadFileError(f"{path}: {one.id}: no measure {one.measure!r}", hint=_MEND)
    return framework
