"""Who signs a site's history, and whose signatures count in it, by the files of its configuration.

Whether a signature holds is judged in the store; whose key may sign what, in its allowed_signers.
"""

from datetime import datetime
from pathlib import Path

from ccontrol.config.settings import KeyFile, KeyInAgent, Site
from ccontrol.errors import SigningError
from ccontrol.store import allowed_signers, sshwire
from ccontrol.store.agent import AgentSigner
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.commits import principal
from ccontrol.store.keys import FileSigner
from ccontrol.store.signing import NAMESPACE, Signer
from ccontrol.store.writer import Daemon

ALLOWED_SIGNERS = "allowed_signers"
"""What `ccontrol init` writes beside the configuration."""
_HINT = "Check its owner and mode: it is the file that `ccontrol init` wrote, or a copy of it."


def signer_of(key: KeyFile | KeyInAgent) -> Signer:
    """Return what signs with a configured key. Raises SigningError when it cannot be had."""
    if not isinstance(key, KeyInAgent):
        return FileSigner.load(key.path)
    line = allowed_signers.parse(f"ccontrol {key.public_key}\n")
    if not line.lines:
        raise SigningError("the configuration names no public key for ssh-agent")
    return AgentSigner(line.lines[0].public_key, key.socket)


def daemon_of(site: Site, config_folder: Path, now: datetime) -> Daemon:
    """Return who writes a site's history.

    The allowed-signers file in the configuration's folder, if there is one, says whose older
    commits count as this daemon's own: keys are changed now and then. Raises SigningError when it
    says nothing of this site, or does not let the configured key sign: whatever that signed,
    nobody would accept.
    """
    signer = signer_of(site.store.signing_key)
    path = config_folder / ALLOWED_SIGNERS
    if not path.is_file():
        return Daemon(site.name, signer)
    trusted, who, key = read_signers(path, site.name), principal(site.name), signer.public_key
    if not trusted.allow(who, key, NAMESPACE, now):
        raise SigningError(
            f"no line in {path} lets {who} sign now with the key that is configured, "
            f"{sshwire.fingerprint(key)}",
            hint=f"If that is the right key, see its times there, or add: {_line(who, key)}",
        )
    return Daemon(site.name, signer, trusted)


def read_signers(path: Path, site: str) -> AllowedSigners:
    """Read an allowed-signers file for a site.

    Raises SigningError with the path, also when it has no line of this site at all: that is no
    sign of tampering.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        what = error.strerror
        raise SigningError(f"{path}: cannot be read ({what})", hint=_HINT) from error
    except UnicodeDecodeError as error:
        raise SigningError(f"{path}: this is no file of signers", hint=_HINT) from error
    found = allowed_signers.parse(text)
    if not found.name(principal(site)):
        raise SigningError(
            f"no line for {principal(site)} in {path}",
            hint=f"Append the line of the {ALLOWED_SIGNERS} that `ccontrol init` wrote for this "
            "site; see docs/operations.md, Adding a site.",
        )
    return found


def _line(who: str, public_key: bytes) -> str:
    return allowed_signers.only(who, public_key).text().strip()
