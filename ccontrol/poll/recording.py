"""The log of ref updates of a configured site: with its key, brought up to date, cosigned."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.config.settings import Cosigner, LogSettings, Site
from ccontrol.errors import CosignerError, DeliveryError
from ccontrol.poll import cosigning
from ccontrol.poll.authority import sighted_at
from ccontrol.poll.signers import signer_of
from ccontrol.store import log_keeping
from ccontrol.store.approved import Judging, survey
from ccontrol.store.layout import log_folder
from ccontrol.store.log_keeping import Judges, LogIdentity
from ccontrol.store.notes import Note
from ccontrol.store.ref_log import RefLog
from ccontrol.store.repository import Repository
from ccontrol.store.verify_commit import Trust


def identity_of(site: Site) -> LogIdentity:
    """Return who a site's log is; a key of its own is made at the first call.

    Raises SigningError when the key cannot be had.
    """
    settings, folder = site.log, log_folder(site.store.path)
    key = settings.key
    signer = log_keeping.own_key(folder) if key is None else signer_of(key)
    return LogIdentity(settings.origin or f"ccontrol/{site.name}", signer)


def record(site: Site, log: RefLog, judges: Judges, now: datetime) -> Note | None:
    """Write down what the branches did; return the checkpoint when it is a new one."""
    return log_keeping.keep(site.store.path, log, identity_of(site), judges, now)


def judges_of(site: Site, trust: Trust, clock: Clock) -> Judges:
    """Return who says how far the branches of a site count; where nobody approves, one does not."""
    anchor, keys = site.people, frozenset(one.public_key for one in trust.signers.lines)
    if anchor is None:
        return Judges(log_keeping.signed_by_daemon(trust))
    last: dict[str, str | None] = {}

    def counting(repository: Repository, head: str) -> str | None:
        if head not in last:  # one that does not count may stand there for days
            judging = Judging(anchor, keys, sighted_at(repository), clock.now())
            found = survey(repository, judging, head).trusted
            last.clear()
            last[head] = found
        return last[head]

    return Judges(log_keeping.signed_by_daemon(trust), counting)


def ask_all(
    settings: LogSettings, folder: Path, note: Note
) -> Iterator[tuple[Cosigner, CosignerError | DeliveryError]]:
    """Have a checkpoint cosigned by everybody who can be asked; yield who did not, and why."""
    for cosigner in settings.cosigners:
        if not cosigner.url:
            continue
        try:
            cosigning.ask(cosigner, folder, note)
        except (CosignerError, DeliveryError) as error:
            yield cosigner, error
