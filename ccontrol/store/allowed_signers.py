"""Who may sign what, and when: the file that git and ssh-keygen call allowed signers.

Format: ssh-keygen(1), section ALLOWED SIGNERS. A line may be about the authority of certificates.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import lru_cache

from ccontrol.errors import SigningError
from ccontrol.store.certificates import certificate_of
from ccontrol.store.keys import public_line
from ccontrol.store.signing import NAMESPACE

_AUTHORITY = "cert-authority"
_KEY_WORDS = 2
_STAMPS = {9: "%Y%m%dZ", 13: "%Y%m%d%H%MZ", 15: "%Y%m%d%H%M%SZ"}
_OPTION = re.compile(r'([a-z-]+)(?:="([^"]*)")?(?:,|\Z)')
_QUOTED = re.compile(r'"([^"]*+)"')
_WORD = re.compile(r'(?:[^\s"]|"[^"]*+")++', re.ASCII)
"""Up to the next space that stands in no quotes."""
_LONGEST_LINE = 40_000
"""Characters; a certificate of the largest RSA key is a quarter of that."""


@dataclass(frozen=True, slots=True)
class AllowedSigner:
    """One line: these principals may sign with this key, for these purposes, in this time."""

    principals: tuple[str, ...]
    public_key: bytes
    namespaces: tuple[str, ...] = ()
    valid_after: datetime | None = None
    valid_before: datetime | None = None
    is_authority: bool = False
    """Not this key signs, but whoever shows a certificate that it issued for the principal."""

    def allows(self, principal: str, public_key: bytes, namespace: str, when: datetime) -> bool:
        """Say whether this line lets `principal` sign with that key at that time."""
        return (
            self._is_meant(principal, public_key, when)
            and _matches(principal, self.principals)
            and (not self.namespaces or _matches(namespace, self.namespaces))
            and (self.valid_after is None or when >= self.valid_after)
            and (self.valid_before is None or when <= self.valid_before)
        )

    def _is_meant(self, principal: str, public_key: bytes, when: datetime) -> bool:
        if not self.is_authority:
            return self.public_key == public_key
        certificate = certificate_of(public_key)
        if certificate is None or certificate.authority != self.public_key:
            return False
        return certificate.covers(principal, when)


@dataclass(frozen=True, slots=True)
class AllowedSigners:
    """The whole file."""

    lines: tuple[AllowedSigner, ...]

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The keys of all lines in SSH's binary form, in their order."""
        return tuple(line.public_key for line in self.lines)

    def allow(self, principal: str, public_key: bytes, namespace: str, when: datetime) -> bool:
        """Say whether any line allows it."""
        return any(line.allows(principal, public_key, namespace, when) for line in self.lines)

    def name(self, principal: str) -> bool:
        """Say whether any line is about this principal, whatever it allows."""
        return any(_matches(principal, line.principals) for line in self.lines)

    def text(self) -> str:
        """Return the file's content, for `gpg.ssh.allowedSignersFile`."""
        return "".join(f"{_write(line)}\n" for line in self.lines)


def only(principal: str, public_key: bytes) -> AllowedSigners:
    """Allow one key, for commits alone."""
    return AllowedSigners((AllowedSigner((principal,), public_key, (NAMESPACE,)),))


def parse(text: str) -> AllowedSigners:
    """Read the file. Raises SigningError that names the line it cannot take."""
    lines = enumerate(text.split("\n"), start=1)  # as ssh-keygen ends them, and nowhere else
    wanted = ((number, line.strip(" \t\r")) for number, line in lines)
    return AllowedSigners(
        tuple(_read(number, line) for number, line in wanted if line and line[0] != "#"),
    )


@lru_cache(maxsize=256)
def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Match as ssh_config(5), section PATTERNS: `*` and `?` are wild, `!` takes away."""
    plain = [pattern.replace("[", "[[]") for pattern in patterns]
    taken_away = any(fnmatchcase(name, pattern[1:]) for pattern in plain if pattern[:1] == "!")
    return not taken_away and any(fnmatchcase(name, pattern) for pattern in plain)


def _read(number: int, line: str) -> AllowedSigner:
    who, words = _split(number, line)
    options = _options(number, words.pop(0)) if _is_option(words[0]) else {}
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (IndexError, ValueError) as error:
        raise SigningError(f"allowed signers, line {number}: the key is not base64") from error
    return AllowedSigner(
        principals=tuple(who.split(",")),
        public_key=blob,
        namespaces=tuple(filter(None, options.get("namespaces", "").split(","))),
        valid_after=_stamp(number, options.get("valid-after")),
        valid_before=_stamp(number, options.get("valid-before")),
        is_authority=_AUTHORITY in options,
    )


def _split(number: int, line: str) -> tuple[str, list[str]]:
    """Return the principals, and the words behind them: options where there are, kind, key."""
    who = _QUOTED.match(line) or _WORD.match(line)
    words = _WORD.findall(line, who.end()) if who and len(line) <= _LONGEST_LINE else []
    if who is None or len(words) < _KEY_WORDS:
        raise SigningError(f"allowed signers, line {number}: not `principals [options] key`")
    return who[0].strip('"'), words


def _is_option(word: str) -> bool:
    return '="' in word or word.partition(",")[0] == _AUTHORITY


def _options(number: int, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _OPTION.match(text, at)
        known = {"namespaces", "valid-after", "valid-before", _AUTHORITY}
        is_taken = match and match[1] in known and (match[2] is None) == (match[1] == _AUTHORITY)
        if match is None or not is_taken:
            raise SigningError(
                f"allowed signers, line {number}: cannot take the option {text[at : at + 80]!r}"
            )
        found[match[1]] = match[2] or ""
        at = match.end()
    return found


def _stamp(number: int, text: str | None) -> datetime | None:
    """Read a time. Only UTC is taken: a time without Z would mean something else on each host."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, _STAMPS[len(text)]).replace(tzinfo=UTC)
    except (KeyError, ValueError) as error:
        raise SigningError(
            f"allowed signers, line {number}: {text[:80]!r} is not a time like 20300131235900Z",
        ) from error


def _write(line: AllowedSigner) -> str:
    who = ",".join(line.principals)
    named = who if _WORD.fullmatch(who) else f'"{who}"'
    return " ".join(filter(None, (named, _written_options(line), public_line(line.public_key))))


def _written_options(line: AllowedSigner) -> str:
    pairs: Iterable[tuple[str, str]] = (
        ("namespaces", ",".join(line.namespaces)),
        ("valid-after", _written(line.valid_after)),
        ("valid-before", _written(line.valid_before)),
    )
    written = [f'{name}="{value}"' for name, value in pairs if value]
    return ",".join([*([_AUTHORITY] if line.is_authority else []), *written])


def _written(when: datetime | None) -> str:
    return "" if when is None else when.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
