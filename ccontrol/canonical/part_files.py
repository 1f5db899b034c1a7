"""The parts of a project as files, one each: names of them. In a store and outside it alike."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from ccontrol.canonical.names import DIGEST_DIGITS, encode
from ccontrol.logic.project import Part


def part_files(parts: Iterable[Part]) -> dict[str, Part]:
    """Return the parts by their files' names: `<encoded path>.<suffix>`, "/" between folders.

    Files that would meet on any system (by case, by suffix, or where another has a folder) carry
    a digest of language and path; the others' names never depend on what else there is.
    """
    wanted = [("/".join(map(encode, part.path)), part) for part in parts]
    met = Counter(f"{stem}.{part.language.suffix}".lower() for stem, part in wanted)
    folders = {above for stem, _ in wanted for above in _folders(stem.lower())}
    files: dict[str, Part] = {}
    for stem, part in wanted:
        suffix = part.language.suffix
        whole = f"{stem}.{suffix}".lower()
        alone = met[whole] == 1 and whole not in folders
        files[f"{stem}.{suffix}" if alone else f"{stem}@{_digest(part)}.{suffix}"] = part
    return files


def _digest(part: Part) -> str:
    named = "\0".join((part.language.value, *part.path)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(named).hexdigest()[:DIGEST_DIGITS]


def _folders(stem: str) -> Iterator[str]:
    steps = stem.split("/")
    return ("/".join(steps[:count]) for count in range(1, len(steps)))
