"""What a store's own git configuration may say, read without asking git.

Some settings make git start programs, fetch what is missing, or read other files. A store that
somebody hands to an auditor is full of strangers' settings, so only known harmless ones pass.
What they are set to in a new store is layout's.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ccontrol.errors import StoreTamperedError
from ccontrol.store.disk import named_failures

_LARGEST = 65_536
_SECTION = re.compile(r'\[([A-Za-z0-9-]+)(?: "([A-Za-z0-9._/-]+)")?\]')
_SETTING = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9-]*) *= *([\x21\x24-\x3a\x3c-\x5b\x5d-\x7e ]*)")
_NOTHING = re.compile(r"[ \t]*(?:[#;][\t\x20-\x5b\x5d-\x7e]*)?")
"""Quotes, escapes and comments behind a value are refused: git might read them otherwise."""
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
"""An address that git hands to another program, such as `ext::`."""

_HARMLESS = frozenset(
    {
        *("core.repositoryformatversion", "core.bare", "core.filemode", "core.ignorecase"),
        *("core.symlinks", "core.precomposeunicode", "core.logallrefupdates", "core.longpaths"),
        *(
            "core.usereplacerefs",
            "core.hookspath",
            "core.fsync",
            "core.fsyncmethod",
            "core.sharedrepository",
        ),
        *("core.compression", "core.loosecompression", "core.bigfilethreshold"),
        *("core.packedgitlimit", "core.packedgitwindowsize", "core.deltabasecachelimit"),
        *("gc.auto", "gc.autodetach", "gc.autopacklimit", "gc.packrefs", "gc.pruneexpire"),
        *("gc.reflogexpire", "gc.reflogexpireunreachable", "maintenance.auto"),
        *("pack.threads", "pack.windowmemory", "pack.deltacachesize", "pack.compression"),
        *("receive.denydeletes", "receive.denynonfastforwards", "receive.fsckobjects"),
        *("receive.maxinputsize",),
        *("fetch.fsckobjects", "transfer.fsckobjects", "user.name", "user.email"),
        *("remote.*.url", "remote.*.pushurl", "remote.*.fetch", "remote.*.push"),
        *("remote.*.mirror", "remote.*.tagopt", "branch.*.remote", "branch.*.merge"),
    }
)
"""A remote is an address and what goes there: a mirror has one. Not harmless: its `promisor`,
`uploadpack`, `receivepack`, `vcs` and `proxy`."""


_HINT = (
    "Find out who set it; then take it out of the file, or clone the store anew. "
    "Settings of your own belong into ~/.gitconfig."
)


def read(git_dir: Path) -> Mapping[str, str]:
    """Return the settings as `section.name` or `section.*.name` in small letters; the last wins.

    Raises StoreTamperedError for whatever is not known to be harmless.
    """
    path = git_dir / "config"
    with named_failures(path), path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise _refusal(f"{path}: larger than any configuration that ccontrol reads")
    return dict(_settings(path, content.decode("ascii", "replace")))


def _settings(path: Path, text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if _NOTHING.fullmatch(line):
            continue
        if heading := _SECTION.fullmatch(line):
            section = heading[1].lower() + (".*" if heading[2] else "")
            continue
        setting = _SETTING.fullmatch(line)
        if setting is None:
            raise _refusal(f"{path}: line {number} is not as git writes it: {line[:100]!r}")
        name, value = f"{section}.{setting[1].lower()}", setting[2].rstrip()
        _require_harmless(path, number, name, value)
        yield name, value


def _require_harmless(path: Path, number: int, name: str, value: str) -> None:
    where = f"{path}: line {number} sets {name}"
    if name not in _HARMLESS:
        raise _refusal(f"{where}, which ccontrol never does: git might run or fetch something")
    if name == "core.hookspath" and value != "hooks":
        raise _refusal(f"{where} to {value[:100]!r}: programs that git would run")
    if name.endswith("url") and _HELPER.match(value):
        raise _refusal(f"{where} to an address that runs a program: {value[:100]!r}")
    if name == "core.repositoryformatversion" and value != "0":
        raise _refusal(f"{where} to {value[:100]!r}: a format that ccontrol does not write")


def _refusal(what: str) -> StoreTamperedError:
    return StoreTamperedError(what, hint=_HINT)
