"""Whose signatures count when a person verifies: the allowed-signers file beside the configuration.

It is the same file that stock git is given, so both judge by the same keys. It never comes from the
store that is being doubted.
"""

from datetime import datetime
from pathlib import Path

from ccontrol.config.settings import Config, KeyInAgent, Site
from ccontrol.errors import SigningError
from ccontrol.poll.signers import ALLOWED_SIGNERS, read_signers
from ccontrol.store import allowed_signers, key_history
from ccontrol.store.commits import principal
from ccontrol.store.disk import named_failures
from ccontrol.store.key_history import KeySpan
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


def log_trust_of(config: Config, site: Site, now: datetime) -> LogTrust:
    """Return who vouches for a site's log of ref updates, and which keys were the daemon's when.

    Raises SigningError when the history of keys is there and no root key signed it.
    """
    cosigners = tuple(cosigner.key for cosigner in site.log.cosigners)
    path = config.path.parent / KEY_HISTORY.format(site=site.name)
    return LogTrust(cosigners=cosigners, spans=key_spans(path, now) if path.is_file() else ())


def stamp_trust_of(site: Site, instead: Authorities | None) -> StampTrust:
    """Return whose time stamps count for a site; `instead` goes before the configuration.

    Raises TimeStampError for files that name nobody.
    """
    settings = site.timestamps
    if settings is None:
        return StampTrust(instead)
    return StampTrust(instead or authorities_of(*settings.authorities), expected=True)


def key_spans(path: Path, now: datetime) -> tuple[KeySpan, ...]:
    """Read a signed history of keys; the root keys lie beside it, see KEY_ROOTS."""
    roots = path.with_name(KEY_ROOTS)
    with named_failures(path):
        text = path.read_text("utf-8")
        armor = path.with_name(path.name + ".sig").read_text("ascii")
        trusted = allowed_signers.parse(roots.read_text("utf-8"))
    key_history.require_signed(text, armor, trusted, now)
    return key_history.parse(text)


KEY_HISTORY, KEY_ROOTS = "key_history.{site}.toml", "key_roots"
"""Beside the configuration: which keys were the daemon's, and who may say so."""


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
