"""The parts of a project as files, one each. Opens none."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from ccontrol.canonical.names import encode
from ccontrol.logic.project import Part

_DIGEST_DIGITS = 16


def part_files(parts: Iterable[Part]) -> dict[str, Part]:
    """Return the parts by their files' names: `<encoded path>.<suffix>`, "/" between folders.

    Files that would meet on any system (by case, by suffix, or where one needs a folder) all carry
    a digest of their path and language; the others' names never depend on what else there is.
    """
    named = [("/".join(map(encode, part.path)), part) for part in parts]
    met = Counter(f"{name}.{part.language.suffix}".lower() for name, part in named)
    for name, _ in named:
        folders = name.lower().split("/")[:-1]
        met.update({"/".join(folders[: depth + 1]) for depth in range(len(folders))} & met.keys())
    return {
        f"{name}{_digest(part) if met[file.lower()] > 1 else ''}.{part.language.suffix}": part
        for name, part in named
        for file in (f"{name}.{part.language.suffix}",)
    }


def _digest(part: Part) -> str:
    key = "\0".join((*part.path, part.language.value)).encode("utf-8", "surrogatepass")
    return f"@{hashlib.sha256(key).hexdigest()[:_DIGEST_DIGITS]}"
