"""Git's objects as bytes: their ids under SHA-1 and SHA-256, and the form of a tree. Pure.

The SHA-256 of an object here is its *shadow id*: the id that the same content would have in a
repository of git's SHA-256 format. It takes SHA-1 out of what has to be trusted.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from ccontrol.errors import StoreTamperedError

Kind = Literal["blob", "tree", "commit"]

_FOLDER, _FILE = b"40000", b"100644"
_ENTRY = re.compile(rb"(40000|100644) ([^/\0]+)\0([\s\S]{20})")
_TREE = re.compile(rb"(?:(?:40000|100644) [^/\0]+\0[\s\S]{20})*")


class Ids(NamedTuple):
    """The two ids of one content, binary: 20 bytes of SHA-1 and 32 bytes of SHA-256."""

    sha1: bytes
    sha256: bytes


class Entry(NamedTuple):
    """One line of a tree: a folder, or a plain file; the store holds nothing else."""

    is_folder: bool
    sha1: bytes


def frame(kind: Kind, content: bytes) -> bytes:
    """Return the bytes that git hashes and compresses."""
    return b"%b %d\0%b" % (kind.encode("ascii"), len(content), content)


def sha1_id(kind: Kind, content: bytes) -> bytes:
    """Return the id that the object has in the store."""
    return hashlib.sha1(frame(kind, content), usedforsecurity=False).digest()


def sha256_id(kind: Kind, content: bytes) -> bytes:
    """Return the shadow id of a blob; of a tree only after `translate_tree`."""
    return hashlib.sha256(frame(kind, content)).digest()


def blob_ids(content: bytes) -> Ids:
    """Return both ids of a file's content."""
    framed = frame("blob", content)
    sha1 = hashlib.sha1(framed, usedforsecurity=False)
    return Ids(sha1.digest(), hashlib.sha256(framed).digest())


def parse_tree(content: bytes) -> dict[str, Entry]:
    """Read a tree. Raises StoreTamperedError for links, submodules, executables and rubbish."""
    _require_tree(content)
    return {
        name.decode("utf-8", "surrogateescape"): Entry(mode == _FOLDER, sha1)
        for mode, name, sha1 in _ENTRY.findall(content)
    }


def format_tree(entries: Mapping[str, Entry]) -> bytes:
    """Write a tree in git's order: by name, folders as though their name ended in a slash."""
    named = [(name.encode("utf-8", "surrogateescape"), entry) for name, entry in entries.items()]
    named.sort(key=lambda pair: pair[0] + b"/" if pair[1].is_folder else pair[0])
    return b"".join(
        b"%b %b\0%b" % (_FOLDER if entry.is_folder else _FILE, name, entry.sha1)
        for name, entry in named
    )


def children(content: bytes) -> list[bytes]:
    """Return the SHA-1 ids that a tree refers to, in its order."""
    return [sha1 for _mode, _name, sha1 in _ENTRY.findall(content)]


def translate_tree(content: bytes, shadow_of: Callable[[bytes], bytes]) -> bytes:
    """Return the tree as a SHA-256 repository would hold it: every id replaced by its shadow.

    KeyError from `shadow_of`, for an id that has none, passes through.
    """
    _require_tree(content)
    return _ENTRY.sub(
        lambda match: b"%b %b\0%b" % (match[1], match[2], shadow_of(match[3])),
        content,
    )


def _require_tree(content: bytes) -> None:
    if _TREE.fullmatch(content) is None:
        raise StoreTamperedError("a tree holds something other than plain files and folders")
