"""Whose signatures count when a person verifies: the allowed-signers file beside the configuration.

It is the same file that stock git is given, so both judge by the same keys. It never comes from the
store that is being doubted.
"""

from pathlib import Path

from ccontrol.config.settings import Config, KeyInAgent, Site
from ccontrol.errors import BadFileError, SigningError
from ccontrol.model.approval import Anchor
from ccontrol.poll.signers import ALLOWED_SIGNERS, read_signers
from ccontrol.store import allowed_signers
from ccontrol.store.commits import principal
from ccontrol.store.keys import public_line
from ccontrol.store.people import key_of
from ccontrol.store.verify_commit import Trust
from ccontrol.store.verify_log import LogTrust


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


def anchor_of(path: Path | None, threshold: int, *, requester_approves: bool) -> Anchor | None:
    """Return whose signatures begin who may sign, from a file of public keys; None without one.

    Raises BadFileError unless it names at least so many keys.
    """
    if path is None:
        return None
    try:
        text = path.read_text("utf-8")
        roots = tuple(
            public_line(key_of(" ".join(line.split()[:2])))
            for line in text.splitlines()
            if line.strip() and not line.startswith("#")
        )
    except (OSError, UnicodeDecodeError, SigningError) as error:
        raise BadFileError(f"{path}: {error}", hint=_ROOTS_HINT) from error
    if len(set(roots)) < max(threshold, 1):
        raise BadFileError(
            f"{path}: names {len(set(roots))} roots, and {threshold} have to sign", hint=_ROOTS_HINT
        )
    return Anchor(roots, threshold, requester_approves)


def log_trust_of(site: Site) -> LogTrust:
    """Return who vouches for a site's log of ref updates, as the configuration pins it."""
    cosigners = tuple(cosigner.key for cosigner in site.log.cosigners)
    return LogTrust(key=site.log.public_key, cosigners=cosigners)


_ROOTS_HINT = "One public key a line, as in .pub files: `ssh-ed25519 AAAA…`."
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
