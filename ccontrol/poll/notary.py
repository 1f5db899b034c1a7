"""Whoever keeps the log of ref updates of one site: a thread that follows its branches.

Each look that finds a branch moved is a batch: entries, one checkpoint, one head told, the
cosigners asked. No commit and no poll waits for it. It starts anew wherever it was killed.
"""

import logging
import threading

from ccontrol.clock import Clock
from ccontrol.errors import CosignerError, StoreError, StoreForeignError, StoreTamperedError
from ccontrol.model.approval import Anchor
from ccontrol.poll.log_head import LogHead
from ccontrol.poll.recording import ask_all, judges_of, record
from ccontrol.poll.site import OpenSite
from ccontrol.store import checkpoints, log_keeping, refs
from ccontrol.store.layout import BRANCH, log_folder
from ccontrol.store.log_keeping import BRANCHES, Judges
from ccontrol.store.notes import Note
from ccontrol.store.ref_log import RefLog
from ccontrol.store.verify_commit import Trust

LOOK_S = 1.0
TELL_AGAIN_S = 3_600.0
"""So often the head is told although nothing moved: who keeps it can tell silence from a cut."""
ASK_AGAIN_S = 60.0
RETRY_S = 30.0
"""Between two attempts on a log that cannot be kept just now."""
_log = logging.getLogger(__name__)


class Notary:
    """Keeps the log of one site for as long as a daemon watches it."""

    def __init__(self, site: OpenSite, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._folder = log_folder(site.places.git_dir)
        self._log: RefLog | None = None
        self._seen: tuple[str | None, ...] | None = None
        self._note: Note | None = None
        self._judges: Judges | None = None
        self._judged_by: tuple[Anchor | None, Trust] | None = None
        self._told_at = self._ask_at = self._try_at = clock.monotonic()
        self._complained = ""
        self._against: dict[str, str] = {}
        """What is held against the log, by whom; who cannot be asked has not taken it back."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"notary of {site.name}", daemon=True
        )

    def start(self) -> None:
        """Begin; what earlier daemons committed without a log comes first."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Write down what was committed up to now, then end."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            self._look()
        self._look()
        self._close()

    def _look(self) -> None:
        """Look once; a log that cannot be kept is told, and tried again."""
        if self._clock.monotonic() < self._try_at and not self._stopping.is_set():
            return
        try:
            self._keep()
            self._tell_again()
            self._ask()
        except StoreError as error:
            if isinstance(error, StoreTamperedError):
                self._against[""] = str(error)
                self._site.contradicted = "; ".join(self._against.values())
            self._in_trouble(str(error), error.hint)
        except Exception:  # noqa: BLE001 — supervised border: told, and looked at again
            _log.exception("the log of ref updates is not kept site=%s", self._site.name)
            self._in_trouble("defect", "see above")
        else:
            self._complained = ""
            self._against.pop("", None)

    def _in_trouble(self, what: str, hint: str) -> None:
        if what != self._complained:
            text = "the log of ref updates is not kept site=%s: %s (%s)"
            _log.error(text, self._site.name, what, hint)
        self._complained = what
        self._try_at = self._clock.monotonic() + RETRY_S
        self._seen = None
        self._close()

    def _keep(self) -> None:
        heads = tuple(refs.read(self._site.places.git_dir, ref) for ref in BRANCHES)
        if heads == self._seen:
            return
        if self._log is None:
            self._log = RefLog(self._folder)
        trust = self._site.trust
        if trust is None:
            return  # nobody can tell yet whose commits are the daemon's
        if self._judges is None or self._judged_by != (self._site.site.people, trust):
            self._judged_by = self._site.site.people, trust
            self._judges = judges_of(self._site.site, trust, self._clock)
        note = record(self._site.site, self._log, self._judges, self._clock.now())
        self._mind_strays(self._log)
        if note is not None or self._note is None:
            self._note = note or log_keeping.newest(self._folder)
            self._tell()
            self._ask_at = self._clock.monotonic()
        self._seen = heads

    def _mind_strays(self, log: RefLog) -> None:
        """Leave at the site that `observed` stands where the daemon never put it."""
        stands, own = refs.read(self._site.places.git_dir, BRANCH), log.heads.get(BRANCH)
        if stands is None or (own is not None and own.new == stands):
            self._site.stray = None
        else:
            last = own.new if own else "nothing"
            what = f"{BRANCH} stands at {stands}, which is not this daemon's; its own is {last}"
            self._site.stray = StoreForeignError(what)

    def _tell(self) -> None:
        if self._note is None:
            return
        found = checkpoints.parse(self._note)
        own = self._log.heads.get(BRANCH) if self._log else None
        commit = own.new if own else ""
        now = self._clock.now()
        self._site.log_heads.put(LogHead(found.origin, found.size, found.root, commit, now))
        self._told_at = self._clock.monotonic()

    def _tell_again(self) -> None:
        if self._clock.monotonic() - self._told_at >= TELL_AGAIN_S:
            self._tell()

    def _ask(self) -> None:
        """Have the newest checkpoint cosigned; who does not is asked again after a while."""
        if self._note is None or self._clock.monotonic() < self._ask_at:
            return
        settings = self._site.site.log
        failed = dict(ask_all(settings, self._folder, self._note))
        for cosigner in settings.cosigners:
            error = failed.get(cosigner)
            if error is None:
                self._against.pop(cosigner.key.name, None)
            elif isinstance(error, CosignerError):
                self._against[cosigner.key.name] = str(error)
            if error is not None:
                text = "a checkpoint is not cosigned site=%s by=%s: %s"
                _log.warning(text, self._site.name, cosigner.key.name, error)
        self._site.contradicted = "; ".join(self._against.values())
        wait_s = ASK_AGAIN_S if failed else TELL_AGAIN_S
        self._ask_at = self._clock.monotonic() + wait_s

    def _close(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None
