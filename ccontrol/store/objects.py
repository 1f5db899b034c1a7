"""Git's objects as bytes: their ids under SHA-1 and SHA-256, and the form of a tree. Pure.

The SHA-256 of an object here is its *shadow id*: the id that the same content would have in a
repository of git's SHA-256 format. It takes SHA-1 out of what has to be trusted.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from ccontrol.errors import StoreTamperedError

Kind = Literal["blob", "tree", "commit"]

_FOLDER, _FILE = b"40000", b"100644"
_ENTRY = re.compile(rb"(?s)(100644|40000) ([^/\0]++)\0(.{20})")
_LINE = re.compile(rb"(?s)(?:100644|40000) [^/\0]++\0.{20}")
_SHA1_SIZE = 20
GROWTH = 12
"""How many bytes longer an id is under SHA-256."""
_NOT_PLAIN = "a tree holds something other than plain files and folders"


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
    return sha1_of(frame(kind, content))


def sha1_of(framed: bytes) -> bytes:
    """Return the id of an object that is framed already."""
    return hashlib.sha1(framed, usedforsecurity=False).digest()


def sha256_id(kind: Kind, content: bytes) -> bytes:
    """Return the shadow id of a blob; of a tree only after `translate_tree`."""
    return sha256_of(frame(kind, content))


def sha256_of(framed: bytes) -> bytes:
    """Return the shadow id of a blob that is framed already."""
    return hashlib.sha256(framed).digest()


def blob_ids(content: bytes) -> Ids:
    """Return both ids of a file's content."""
    framed = frame("blob", content)
    return Ids(sha1_of(framed), sha256_of(framed))


def parse_tree(content: bytes) -> dict[str, Entry]:
    """Read a tree. Raises StoreTamperedError for links, submodules, executables and rubbish."""
    lines = _ENTRY.findall(content)
    if sum(len(mode) + len(name) + _SHA1_SIZE + 2 for mode, name, _sha1 in lines) != len(content):
        raise StoreTamperedError(_NOT_PLAIN)
    return {
        name.decode("utf-8", "surrogateescape"): Entry(mode == _FOLDER, sha1)
        for mode, name, sha1 in lines
    }


def format_tree(entries: Mapping[str, Entry]) -> bytes:
    """Write a tree in git's order: by name, folders as though their name ended in a slash."""
    named = [(_encoded(name), entry) for name, entry in entries.items()]
    named.sort(key=lambda pair: pair[0] + b"/" if pair[1].is_folder else pair[0])
    return b"".join(
        b"%b %b\0%b" % (_FOLDER if entry.is_folder else _FILE, name, entry.sha1)
        for name, entry in named
    )


def split_tree(content: bytes) -> list[bytes]:
    """Return the lines of a tree, each with its id. Raises StoreTamperedError as `parse_tree`."""
    lines: list[bytes] = _LINE.findall(content)
    if sum(map(len, lines)) != len(content):
        raise StoreTamperedError(_NOT_PLAIN)
    return lines


def translate_lines(lines: Iterable[bytes], shadow_of: Callable[[bytes], bytes]) -> bytes:
    """Return the lines as a SHA-256 repository would hold them: every id replaced by its shadow.

    `shadow_of` may raise KeyError, which passes through. Each line grows by GROWTH bytes.
    """
    return b"".join(line[:-_SHA1_SIZE] + shadow_of(line[-_SHA1_SIZE:]) for line in lines)


def format_translated(shadows: Iterable[tuple[str, Entry, bytes]]) -> bytes:
    """Write what a SHA-256 repository would hold of a tree: names in its order, shadow ids."""
    return b"".join(
        b"%b %b\0%b" % (_FOLDER if entry.is_folder else _FILE, _encoded(name), shadow)
        for name, entry, shadow in shadows
    )


def tree_shadow(entries: Mapping[str, Entry], shadows: Mapping[bytes, bytes]) -> bytes:
    """Return the shadow id of a folder with these entries."""
    content = format_tree(entries)
    return sha256_id("tree", translate_tree(content, shadows.__getitem__))


def translate_tree(content: bytes, shadow_of: Callable[[bytes], bytes]) -> bytes:
    """Return a single tree as a SHA-256 repository would hold it."""
    return translate_lines(split_tree(content), shadow_of)


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
