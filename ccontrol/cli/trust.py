"""Whose signatures count when a person verifies: the allowed-signers file beside the configuration.

It is the same file that stock git is given, so both judge by the same keys. It never comes from the
store that is being doubted.
"""

from collections.abc import Iterator
from pathlib import Path

from ccontrol.config.settings import Config, KeyInAgent, Site
from ccontrol.errors import SigningError
from ccontrol.model.approval import Anchor
from ccontrol.poll.signers import ALLOWED_SIGNERS, read_signers
from ccontrol.store import allowed_signers
from ccontrol.store.commits import principal
from ccontrol.store.keys import public_line
from ccontrol.store.people import key_of
from ccontrol.store.time_stamp import Authorities, authorities_of
from ccontrol.store.verify_commit import Trust
from ccontrol.store.verify_log import LogTrust
from ccontrol.store.verify_stamps import StampTrust


def trust_of(config: Config, site: Site) -> Trust:
    """Return whose signatures count for a site's store.

    Without an allowed-signers file it is the configured key alone. Raises SigningError when there
    is neither.
    """
    path = config.path.parent / ALLOWED_SIGNERS
    if path.is_file():
        return trust_in(path, site.name)
    return Trust(principal(site.name), allowed_signers.parse(_configured_line(site)))


def trust_in(path: Path, site: str) -> Trust:
    """Return the trust that an allowed-signers file gives to a site's daemon.

    Raises SigningError when it has no line of it.
    """
    return Trust(principal(site), read_signers(path, site))


def anchor_of(roots: list[str], threshold: int, *, requester_approves: bool) -> Anchor | None:
    """Return the roots that a command names, as keys or as .pub files; None: it names none.

    Raises SigningError for what is no key, and for fewer than have to sign.
    """
    lines = tuple(dict.fromkeys(line for text in roots for line in _root_lines(text)))
    if not lines:
        return None
    if threshold > len(lines):
        raise SigningError(
            f"--threshold {threshold} with {len(lines)} root keys can never be met",
            hint="Say --root once for each root key.",
        )
    return Anchor(lines, threshold, requester_approves)


def _root_lines(text: str) -> Iterator[str]:
    """Yield the keys that an option names: the key itself, or the lines of a file."""
    if " " in text.strip():
        wanted = text
    else:
        try:
            wanted = Path(text).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SigningError(
                f"--root {text}: neither a key nor a file that can be read",
                hint='Name a .pub file, or say "ssh-ed25519 AAAA…" in quotes.',
            ) from error
    for line in wanted.splitlines():
        if line.strip() and not line.startswith("#"):
            yield public_line(key_of(" ".join(line.split()[:2])))


def log_trust_of(site: Site) -> LogTrust:
    """Return who vouches for a site's log of ref updates, as the configuration pins it."""
    cosigners = tuple(cosigner.key for cosigner in site.log.cosigners)
    return LogTrust(key=site.log.public_key, cosigners=cosigners)


def stamp_trust_of(site: Site, instead: Authorities | None) -> StampTrust:
    """Return whose time stamps count for a site; `instead` goes before the configuration.

    Raises TimeStampError for files that name nobody.
    """
    settings = site.timestamps
    if settings is None:
        return StampTrust(instead)
    return StampTrust(instead or authorities_of(*settings.authorities), expected=True)


_HINT = "Name the file that `ccontrol init` wrote with --allowed-signers, or a copy of it."


def _configured_line(site: Site) -> str:
    key = site.store.signing_key
    if isinstance(key, KeyInAgent):
        line = key.public_key
    else:
        public = key.path.with_name(key.path.name + ".pub")
        if not public.is_file():
            raise SigningError(f"{public}: there is no public key to verify with", hint=_HINT)
        line = public.read_text("utf-8")
    return f'{principal(site.name)} namespaces="git" {line.strip()}\n'
