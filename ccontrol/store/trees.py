"""From edits of paths to a new tree, rebuilding only the folders on the way to them.

Reads and writes through what it is handed: the same code answers "would this change anything?".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from ccontrol.errors import StoreTamperedError
from ccontrol.store import objects
from ccontrol.store.objects import Entry, Ids, Kind

_SIGN = r"A-Za-z0-9!#$%&'()+,;=@\[\]^_`{}~\-"
_NAME = rf"(?!(?i:[.]git|git~))[{_SIGN}. ]{{0,254}}[{_SIGN}]"
_PATH = re.compile(rf"[.]gitattributes|{_NAME}(?:/{_NAME})*")
_LONGEST_PATH = 1024
_SHOWN = 100

Edits = Mapping[str, bytes | None]
"""Path → new content; None removes the file or the whole folder of that name."""
Content = Callable[[], bytes | None]
"""Asked when the file's turn has come: whoever has much to write holds it packed until then."""


class Together(Mapping[str, bytes | None]):
    """Edits from several sources as one. Copies nothing; the first that names a path counts."""

    def __init__(self, *sources: Edits) -> None:
        self._sources = sources

    def __getitem__(self, path: str) -> bytes | None:
        for source in self._sources:
            if path in source:
                return source[path]
        raise KeyError(path)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(chain.from_iterable(self._sources)))

    def __len__(self) -> int:
        return len(set().union(*self._sources))


@dataclass(slots=True)
class Plan:
    """What is to become of one folder; `replaces` empties it first."""

    replaces: bool = False
    children: dict[str, "Plan | Content"] = field(default_factory=dict)


def plan(edits: Edits, replace: Iterable[str]) -> Plan:
    """Sort edits by folder. Raises ValueError for a path that the store does not take."""
    root = Plan()
    for path in replace:
        _folder(root, split(path)).replaces = True
    for path in edits:
        *folders, name = split(path)
        siblings = _folder(root, folders).children
        if name in siblings:
            raise ValueError(f"{path}: edited twice, as a file and as a folder")
        siblings[name] = partial(edits.__getitem__, path)
    return root


def split(path: str) -> list[str]:
    """Return the parts of a path. Raises ValueError for a part that some system would misread.

    Names are encoded before they come here; this is the last line against `..`, `.git` and worse.
    """
    if len(path) > _LONGEST_PATH or _PATH.fullmatch(path) is None:
        raise ValueError(f"{path[:_SHOWN]!r} cannot be stored: it holds a name that is not safe")
    return path.split("/")


def _nowhere(_kind: Kind, _content: bytes) -> None:
    """Keep nothing: for asking what a tree would be."""


class TreeBuilder:
    """Builds one new tree. Afterwards `fresh` holds the ids of what is not yet in the store.

    `load` reads a tree, `shadows_of` knows the shadow ids of what is in the store, and `put` takes
    every new object.
    """

    def __init__(
        self,
        load: Callable[[bytes], Mapping[str, Entry]],
        shadows_of: Callable[[Iterable[Entry]], Mapping[bytes, bytes]],
        put: Callable[[Kind, bytes], object] = _nowhere,
    ) -> None:
        self._load = load
        self._put = put
        self._shadows_of = shadows_of
        self._unchanged: dict[bytes, bytes] = {}
        self.fresh: dict[bytes, bytes] = {}

    def build(self, base: bytes | None, todo: Plan, proven: bytes | None = None) -> Ids | None:
        """Return the ids of the folder that was `base` after `todo`; None when it is empty.

        `proven` is the shadow id that the signed history gives `base`. The shadow ids of what
        stays are then held against it, folder by folder: a cache may be wrong, a signature not.
        """
        before = {} if base is None else self._load(base)
        shadows: Mapping[bytes, bytes] = {}
        if proven is not None and not todo.replaces:
            shadows = self._proven_shadows(before, proven)
        entries = {} if todo.replaces else dict(before)
        for name, child in todo.children.items():
            was = before.get(name)
            known = None if was is None else shadows.get(was.sha1)
            entry = self._child(was, child, known, replaces=todo.replaces)
            if entry is None:
                entries.pop(name, None)
            else:
                entries[name] = entry
        return self._folder(base, entries, shadows) if entries else None

    def _child(
        self,
        before: Entry | None,
        child: Plan | Content,
        proven: bytes | None,
        *,
        replaces: bool,
    ) -> Entry | None:
        if not isinstance(child, Plan):
            content = child()
            return None if content is None else self._file(before, content)
        base = before.sha1 if before is not None and before.is_folder else None
        child.replaces |= replaces
        ids = self.build(base, child, None if base is None else proven)
        return None if ids is None else Entry(is_folder=True, sha1=ids.sha1)

    def _proven_shadows(self, before: Mapping[str, Entry], proven: bytes) -> Mapping[bytes, bytes]:
        shadows = self._shadows_of(before.values())
        if objects.tree_shadow(before, shadows) != proven:
            raise StoreTamperedError(
                "the cache of shadow ids contradicts the signed history, or the files do",
                hint="Run `ccontrol verify`. If all is sound, remove `ccontrol/shadow.sqlite` from"
                " the store: it is only a cache. Then find out who could write there.",
            )
        return shadows

    def _file(self, before: Entry | None, content: bytes) -> Entry:
        ids = objects.blob_ids(content)
        entry = Entry(is_folder=False, sha1=ids.sha1)
        if entry == before:
            self._unchanged[ids.sha1] = ids.sha256
        else:
            self._put("blob", content)
            self.fresh[ids.sha1] = ids.sha256
        return entry

    def _folder(
        self, base: bytes | None, entries: dict[str, Entry], proven: Mapping[bytes, bytes]
    ) -> Ids:
        known = {**proven, **self.fresh} if proven else self.fresh
        standing = [entry for entry in entries.values() if entry.sha1 not in known]
        shadows = {**known, **self._shadows_of(standing)}
        self._refuse_collisions(shadows)
        content = objects.format_tree(entries)
        shadow = objects.tree_shadow(entries, shadows)
        sha1 = objects.sha1_id("tree", content)
        if sha1 == base:
            self._unchanged[sha1] = shadow
        else:
            self._put("tree", content)
            self.fresh[sha1] = shadow
        return Ids(sha1, shadow)

    def _refuse_collisions(self, shadows: Mapping[bytes, bytes]) -> None:
        """Git's own SHA-1 detects crafted collisions; Python's does not, so the shadow ids do."""
        for sha1, sha256 in self._unchanged.items():
            if shadows.get(sha1, sha256) != sha256:
                raise StoreTamperedError(f"two contents share the SHA-1 {sha1.hex()}: a forgery")


def _folder(root: Plan, parts: Iterable[str]) -> Plan:
    here = root
    for part in parts:
        child = here.children.setdefault(part, Plan())
        if not isinstance(child, Plan):
            raise ValueError(f"{part}: edited twice, as a file and as a folder")  # noqa: TRY004 — the value is wrong, not its type
        here = child
    return here
