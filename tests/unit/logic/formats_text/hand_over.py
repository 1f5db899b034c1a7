"""A file as somebody hands it over, for tests of any format."""

import io

from ccontrol.logic import formats
from ccontrol.logic.file import Limits, ProjectFile
from ccontrol.logic.project import Project


def handed(name: str, data: bytes | str, limits: Limits | None = None) -> Project:
    """Return what the registry makes of a file of that name and content."""
    held = data.encode() if isinstance(data, str) else data
    file = ProjectFile(name, len(held), io.BytesIO(held), limits or Limits())
    return formats.read(file, lambda secret: f"sealed {len(secret)}")


def texts(project: Project) -> dict[str, str]:
    """Return the text of each part by its name and the ending of its language."""
    return {f"{part.name}.{part.language.suffix}": part.text for part in project.parts}
