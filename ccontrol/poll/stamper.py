"""Whoever has the head of each day stamped: a thread that asks an authority once a day.

No commit, poll or checkpoint waits for it. What is not answered, or not as it should be, is told,
and asked again with growing pauses; what an earlier day lacks is covered by the next stamp.
"""

import logging
import threading
from concurrent.futures import Future
from datetime import date, datetime, time

from ccontrol.canonical.stamps import stamp_path
from ccontrol.clock import Clock
from ccontrol.config.settings import TimestampSettings
from ccontrol.errors import CcontrolError, EngineError, StoreError, TimeStampError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll import stamping
from ccontrol.poll.site import OpenSite
from ccontrol.poll.stamping import Stamped
from ccontrol.poll.stamping_trouble import StampingTrouble, note_trouble, stamping_trouble
from ccontrol.store.commits import Commit
from ccontrol.store.repository import Repository
from ccontrol.store.stamp_times import FRESH, SLACK, head_fault, keeper_fault

LOOK_S = 5.0
LOOK_AGAIN_S = 60.0
"""Until the next look, where nothing young enough is there to be stamped."""
RETRY_FIRST_S = 60.0
RETRY_MOST_S = 3_600.0
AFTER_MIDNIGHT = time(0, 15)
"""The day before is folded by then, and a clock that is SLACK behind has the same day."""
_log = logging.getLogger(__name__)


class Stamper:
    """Has the history of one site stamped for as long as a daemon watches it."""

    def __init__(self, site: OpenSite, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._began = clock.now().date()
        self._done: date | None = None
        self._try_at = clock.monotonic()
        self._settings: TimestampSettings | None = None
        self._wait_s = RETRY_FIRST_S
        self._trouble: StampingTrouble | None = None
        self._told: tuple[date, str] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"stamper of {site.name}", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End. What is being asked is not waited for: it is asked again by the next daemon."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self._trouble = stamping_trouble(self._site.places)
        except StoreError as error:
            _log.error("what was noted of time stamps cannot be read: %s", error)
        while not self._stopping.wait(LOOK_S):
            settings = self._settled()
            if settings is not None and self._is_due(self._clock.now()):
                self._look(settings)

    def _settled(self) -> TimestampSettings | None:
        """Return whom to ask. New settings are tried at once: somebody waits for what they do."""
        settings = self._site.site.timestamps
        if settings != self._settings:
            self._settings, self._wait_s = settings, RETRY_FIRST_S
            self._try_at = self._clock.monotonic()
        return settings

    def _is_due(self, now: datetime) -> bool:
        if self._done == now.date() or self._clock.monotonic() < self._try_at:
            return False
        return now.time() >= AFTER_MIDNIGHT or now.date() == self._began

    def _look(self, settings: TimestampSettings) -> None:
        try:
            self._stamp(settings)
        except CcontrolError as error:
            self._failed(str(error), error.hint)
        except Exception:  # noqa: BLE001 — supervised border: told, and tried again
            _log.exception("nothing is stamped site=%s", self._site.name)
            self._failed("defect", "see above")

    def _stamp(self, settings: TimestampSettings) -> None:
        """Have the head stamped, unless today's stamp is there. Raises what stands against it."""
        now = self._clock.now()
        with Repository.open(self._site.places.git_dir) as repository:
            head = repository.head()
            if head is None:
                return
            if repository.entry(stamp_path(now.date()), head) is not None:
                self._is_done(now.date())
                return
            commit = repository.commit(head)
            content = repository.objects.content(bytes.fromhex(head), "commit")
        if now - commit.when > FRESH:
            self._try_at = self._clock.monotonic() + LOOK_AGAIN_S
            return
        stamped = stamping.ask(settings, content)
        _require_like_ours(commit, stamped, self._clock.now())
        name = self._site.name
        kept = self._site.scribe.give(lambda line: stamping.keep(line, name, head, stamped))
        if self._waited_for(kept):
            self._is_done(now.date())
            self._tell(commit, stamped)

    def _waited_for(self, kept: "Future[str]") -> bool:
        """Wait for the store as long as it takes; False when the daemon ends before."""
        while True:
            try:
                kept.result(LOOK_S)
            except TimeoutError:
                if self._stopping.is_set():
                    kept.cancel()
                    return False
            except EngineError:
                return False  # it ended, and so do we
            else:
                return True

    def _tell(self, commit: Commit, stamped: Stamped) -> None:
        stamp = stamped.stamp
        said = f"{commit.id} was there at {stamp.at:%Y-%m-%d %H:%M:%S} UTC, says {stamp.authority}"
        _log.info("the history is stamped site=%s: %s", self._site.name, said)
        self._site.note(JournalEntry(self._clock.now(), "", Outcome.STAMPED, reason=said))

    def _is_done(self, day: date) -> None:
        self._wait_s = RETRY_FIRST_S
        self._done = day
        if self._trouble is not None:
            self._note(None)

    def _failed(self, what: str, hint: str) -> None:
        today = self._clock.now().date()
        self._try_at = self._clock.monotonic() + self._wait_s
        self._wait_s = min(2 * self._wait_s, RETRY_MOST_S)
        if self._told != (today, what):
            text = f"no time stamp of {today} yet: {what}"
            _log.warning("%s site=%s (%s)", text, self._site.name, hint)
            self._site.note(JournalEntry(self._clock.now(), "", Outcome.FAILED, reason=text))
        self._told = today, what
        since = self._trouble.since if self._trouble else self._clock.now()
        self._note(StampingTrouble(since, what))

    def _note(self, trouble: StampingTrouble | None) -> None:
        if trouble == self._trouble:
            return
        try:
            note_trouble(self._site.places, trouble)
        except StoreError as error:
            _log.error("status is not told of time stamps: %s (%s)", error, error.hint)
        self._trouble = trouble


def _require_like_ours(commit: Commit, stamped: Stamped, now: datetime) -> None:
    """Refuse a stamp that our clock contradicts: kept, it would be a fault for ever."""
    stamp = stamped.stamp
    odd = head_fault(commit.when, stamp) or keeper_fault(now, stamp)
    late = stamp.at < now - SLACK - stamp.accuracy
    if odd or late or stamp.at.date() != now.date():
        raise TimeStampError(
            f"the authority says {stamp.at:%Y-%m-%d %H:%M:%S} UTC, and our clock "
            f"{now:%Y-%m-%d %H:%M:%S}",
            hint="One of the two clocks is wrong: have the host's set by the site's time server.",
        )
