"""Git's objects as bytes: their ids under SHA-1 and SHA-256, and the form of a tree. Pure.

The SHA-256 of an object here is its *shadow id*: the id that the same content would have in a
repository of git's SHA-256 format. It takes SHA-1 out of what has to be trusted.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from itertools import filterfalse
from typing import Literal, NamedTuple

from ccontrol.errors import StoreTamperedError

Kind = Literal["blob", "tree", "commit"]

_FOLDER, _FILE = b"40000", b"100644"
_ENTRY = re.compile(rb"(?s)(100644|40000) ([^/\0]++)\0(.{20})")
_LINE = re.compile(rb"(?s)(?:100644|40000) [^/\0]++\0.{20}")
_SHA1_SIZE = 20
_LINES_KEPT = 250_000
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
    lines = _ENTRY.findall(content)
    if sum(len(mode) + len(name) + _SHA1_SIZE + 2 for mode, name, _sha1 in lines) != len(content):
        raise StoreTamperedError(_NOT_PLAIN)
    return {
        name.decode("utf-8", "surrogateescape"): Entry(mode == _FOLDER, sha1)
        for mode, name, sha1 in lines
    }


def format_tree(entries: Mapping[str, Entry]) -> bytes:
    """Write a tree in git's order: by name, folders as though their name ended in a slash."""
    named = [(name.encode("utf-8", "surrogateescape"), entry) for name, entry in entries.items()]
    named.sort(key=lambda pair: pair[0] + b"/" if pair[1].is_folder else pair[0])
    return b"".join(
        b"%b %b\0%b" % (_FOLDER if entry.is_folder else _FILE, name, entry.sha1)
        for name, entry in named
    )


class Translator:
    """Turns trees into what a SHA-256 repository would hold: every id replaced by its shadow.

    Lines that were met before are not translated again: from one commit to the next nearly all of
    a tree's lines stay. `shadow_of` is asked for the others; its KeyError passes through.
    """

    def __init__(self, shadow_of: Callable[[bytes], bytes]) -> None:
        self._shadow_of = shadow_of
        self._known: dict[bytes, bytes] = {}

    def translate(self, content: bytes) -> bytes:
        """Return one tree in its other form. Raises StoreTamperedError as `parse_tree` does."""
        lines = _LINE.findall(content)
        if sum(map(len, lines)) != len(content):
            raise StoreTamperedError(_NOT_PLAIN)
        fresh = filterfalse(self._known.__contains__, lines)
        added = {line: line[:-_SHA1_SIZE] + self._shadow_of(line[-_SHA1_SIZE:]) for line in fresh}
        if len(self._known) > _LINES_KEPT:
            added = {**{line: self._known[line] for line in lines if line in self._known}, **added}
            self._known.clear()
        self._known.update(added)
        return b"".join(map(self._known.__getitem__, lines))


def tree_shadow(entries: Mapping[str, Entry], shadows: Mapping[bytes, bytes]) -> bytes:
    """Return the shadow id of a folder with these entries."""
    content = format_tree(entries)
    return sha256_id("tree", translate_tree(content, shadows.__getitem__))


def translate_tree(content: bytes, shadow_of: Callable[[bytes], bytes]) -> bytes:
    """Translate a single tree."""
    return Translator(shadow_of).translate(content)
