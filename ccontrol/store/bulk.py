"""Reading many objects at once: git is told all their names, and answers in one stream.

A question and an answer at a time cost two changes of process for each object, which is most of
what reading a year costs. Whatever comes back has the id that it was asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from ccontrol.errors import StoreError, StoreTamperedError
from ccontrol.store import commits, git_process
from ccontrol.store.commits import Commit
from ccontrol.store.objects import Entry, Kind, parse_tree, sha1_of

_KINDS: dict[bytes, Kind] = {b"blob": "blob", b"tree": "tree", b"commit": "commit"}
_BATCH = ("cat-file", "--batch", "--buffer")

Wanted = Sequence[tuple[bytes, str]]
"""Trees by their ids, and a path below each; "" is the tree itself."""


def stream_objects(stream: IO[bytes]) -> Iterator[tuple[str, Kind, bytes]]:
    """Take apart what `git cat-file --batch` prints: id, kind, and the object as git hashes it.

    That is `<kind> <size>`, a zero byte and the content: the printed line without the id is half
    of it already. The id is git's word; whoever believes it checks it.
    """
    while header := stream.readline():
        fields = header.split()
        if len(fields) != 3:  # noqa: PLR2004 — id, kind, size; else `<id> missing`
            raise StoreError(f"git cat-file: {header.decode('utf-8', 'replace').strip()}")
        name, kind, size = fields
        if kind not in _KINDS:
            raise StoreError(f"{name.decode()} is a {kind.decode()}, which ccontrol never writes")
        yield (
            name.decode("ascii"),
            _KINDS[kind],
            b"%b %b\0%b" % (kind, size, stream.read(int(size))),
        )
        stream.read(1)


def content_of(framed: bytes) -> bytes:
    """Return the content of an object as git hashes it."""
    return framed[framed.index(b"\0") + 1 :]


def read_objects(git_dir: Path, kind: Kind, ids: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the contents of these objects, in their order. Raises StoreError."""
    wanted = tuple(ids)
    if not wanted:
        return
    with git_process.fed(git_dir, _BATCH, (b"%b\n" % one.hex().encode() for one in wanted)) as out:
        for sha1, (_name, found, framed) in zip(wanted, stream_objects(out), strict=True):
            if found != kind or sha1_of(framed) != sha1:
                raise StoreTamperedError(
                    f"{sha1.hex()} in {git_dir} does not have the content it names"
                )
            yield content_of(framed)


def commits_back(git_dir: Path, head: str) -> Iterator[Commit]:
    """Yield a commit and those before it along first parents, newest first. Raises StoreError."""
    listing = ("rev-list", "--first-parent", head, "--")
    with git_process.pipe(git_dir, listing, _BATCH) as stream:
        for name, kind, framed in stream_objects(stream):
            if kind != "commit" or sha1_of(framed).hex() != name:
                raise StoreTamperedError(f"{name} in {git_dir} is not the commit it names")
            yield commits.parse(name, content_of(framed))


def find_entries(git_dir: Path, wanted: Wanted) -> list[Entry | None]:
    """Return what stands at each path; None where nothing does. Reads each tree once a level."""
    found: list[Entry | None] = [Entry(is_folder=True, sha1=tree) for tree, _ in wanted]
    paths = [tuple(filter(None, path.split("/"))) for _, path in wanted]
    for depth in range(max(map(len, paths), default=0)):
        waiting: dict[bytes, list[int]] = {}
        for number, path in enumerate(paths):
            here = found[number]
            if here is not None and len(path) > depth:
                found[number] = None
                if here.is_folder:
                    waiting.setdefault(here.sha1, []).append(number)
        for sha1, content in zip(waiting, read_objects(git_dir, "tree", waiting), strict=True):
            entries = parse_tree(content)
            for number in waiting[sha1]:
                found[number] = entries.get(paths[number][depth])
    return found


def read_files(git_dir: Path, wanted: Wanted) -> Iterator[dict[str, bytes]]:
    """Yield for each of these paths the files at or below it, path → content; none: nothing is.

    In the order of `wanted`, and one at a time: all of a site need not fit into memory.
    """
    files = _listed(git_dir, wanted)
    contents = read_objects(git_dir, "blob", (sha1 for _, _, sha1 in files))
    read = zip(files, contents, strict=True)
    ahead = next(read, None)
    for number in range(len(wanted)):
        found: dict[str, bytes] = {}
        while ahead is not None and ahead[0][0] == number:
            found[ahead[0][1]] = ahead[1]
            ahead = next(read, None)
        yield found


def _listed(git_dir: Path, wanted: Wanted) -> list[tuple[int, str, bytes]]:
    """Return every file: the place in `wanted`, its path, its id; in this order."""
    files: list[tuple[int, str, bytes]] = []
    entries = enumerate(zip(wanted, find_entries(git_dir, wanted), strict=True))
    folders = [(number, path, one) for number, ((_, path), one) in entries if one is not None]
    while folders:
        files += [(number, path, one.sha1) for number, path, one in folders if not one.is_folder]
        folders = [
            (number, f"{path}/{name}" if path else name, child)
            for number, path, children in _opened(git_dir, folders)
            for name, child in children.items()
        ]
    return sorted(files)


def _opened(
    git_dir: Path, entries: Iterable[tuple[int, str, Entry]]
) -> Iterator[tuple[int, str, dict[str, Entry]]]:
    folders = [(number, path, one.sha1) for number, path, one in entries if one.is_folder]
    contents = read_objects(git_dir, "tree", (sha1 for _, _, sha1 in folders))
    for (number, path, _), content in zip(folders, contents, strict=True):
        yield number, path, parse_tree(content)
