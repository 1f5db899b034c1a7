"""Whoever tells of one site: a thread that follows its history and troubles, with couriers.

The engine never waits for it. It reads what the engine leaves at the site, and git.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from ccontrol.alerts import senders
from ccontrol.alerts.courier import ChannelStanding, Courier, Means, Send
from ccontrol.alerts.matching import wants
from ccontrol.clock import Clock
from ccontrol.config.policies import rules_of
from ccontrol.errors import StoreError
from ccontrol.model.alert import Alert, Channel, Event, Phase
from ccontrol.poll import tellable
from ccontrol.poll.following import Following
from ccontrol.poll.places import queue_folder, told_folder
from ccontrol.poll.pulse import heartbeat
from ccontrol.poll.site import OpenSite
from ccontrol.poll.standing_alerts import StandingAlerts
from ccontrol.poll.vital import Unrecorded
from ccontrol.store.outbox import Outbox
from ccontrol.store.told import ToldLog

LOOK_S = 1.0
STORE_GRACE_S = 5.0
"""A store may take nothing for so long (a lock, a full second) before it is told."""
CHANNEL_GRACE_S = 60.0
STRANGE_S = 86_400.0
"""Work on an address that nobody has is over once it was not seen for so long."""
_log = logging.getLogger(__name__)


class Herald:
    """Tells of one site for as long as a daemon watches it."""

    def __init__(self, site: OpenSite, clock: Clock, send: Send = senders.send) -> None:
        self._site = site
        self._clock = clock
        self._send = send
        self._began_at = clock.now()
        self._couriers: dict[str, Courier] = {}
        self._following = Following(site.places.git_dir, site.places.alerts / "told")
        self._standing = StandingAlerts(site.places.alerts / "standing")
        self._told = ToldLog(told_folder(site.places.alerts))
        self._unrecorded: list[Unrecorded] = []
        self._told_early: set[str] = set()
        """Controllers of which a change was told before it is recorded, in this trouble: a second
        result that shows nothing more (the deep read after a glance) is no news."""
        self._strange_seen: dict[str, datetime] = {}
        """When what stands about an address that nobody has was seen last, since this began."""
        self._troubled_since: datetime | None = None
        self._began_late = False
        """Whether something may have been committed before it was known what was told."""
        self._complained: dict[str, str] = {}
        """What each kind of look failed of last."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"herald of {site.name}", daemon=True
        )

    def start(self) -> None:
        """Begin: what is committed from now on is told, after what an earlier daemon did not tell.

        So call it before anything is committed. When the store cannot be read just now, that is
        said, and once it can be, channels are told that changes may be missing.
        """
        self._guarded(self._find_beginning)
        self._began_late = bool(self._site.site.alerts) and not self._following.is_known
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Put what is still to tell into the queues, then end; the queues keep what is not sent."""
        self._stopping.set()
        self._thread.join(timeout_s)
        couriers = tuple(self._couriers.values())
        for courier in couriers:  # all at once, then one after the other
            courier.stop(0)
        end = self._clock.monotonic() + timeout_s
        for courier in couriers:
            courier.stop(max(0.0, end - self._clock.monotonic()))

    @property
    def has_begun(self) -> bool:
        """Whether it knows what of the history was told: what is committed from now on is."""
        return self._following.has_begun

    @property
    def channels(self) -> tuple[ChannelStanding, ...]:
        """How each channel does now."""
        return tuple(courier.standing for courier in tuple(self._couriers.values()))

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            self._look()
        self._look()

    def _look(self) -> None:
        self._guarded(self._find_beginning)
        self._guarded(self._look_at_everything)

    def _look_at_everything(self) -> None:
        self._take_channels(self._site.site.alerts)
        self._tell_unrecorded()
        self._tell_strange_work()
        self._tell_log_heads()
        if self._couriers:
            self._mind_troubles()
            self._follow()
            self._remind()

    def _find_beginning(self) -> None:
        """Know what of the history was told, and keep it once somebody is to be told."""
        if self._site.site.alerts:
            self._following.begin()
        else:
            self._following.stand_by()

    def _guarded(self, look: Callable[[], None]) -> None:
        """Look once; a store that cannot be read is told, and looked at again."""
        try:
            look()
        except StoreError as error:
            if str(error) != self._complained.get(look.__name__):
                text = "alerts cannot be told for now site=%s: %s (%s)"
                _log.error(text, self._site.name, error, error.hint)
            self._complained[look.__name__] = str(error)
        except Exception:  # noqa: BLE001 — supervised border: told, and looked at again
            _log.exception("a look for what is to tell broke site=%s", self._site.name)
        else:
            self._complained.pop(look.__name__, None)

    def _take_channels(self, channels: tuple[Channel, ...]) -> None:
        """Have a courier for each channel as it is configured now."""
        wanted = {channel.name: channel for channel in channels}
        for name, courier in tuple(self._couriers.items()):
            if wanted.get(name) != courier.channel and courier.stop(courier.channel.timeout_s + 5):
                del self._couriers[name]
        for name, channel in wanted.items():
            if name not in self._couriers:
                self._couriers[name] = self._courier(channel)
                self._couriers[name].start()

    def _courier(self, channel: Channel) -> Courier:
        outbox = Outbox(queue_folder(self._site.places.alerts, channel.name), channel.queue_limit)
        site, clock = self._site, self._clock

        def pulse(number: int) -> Alert | None:
            return heartbeat(site, number, self._began_at, self._following.head, clock)

        def told(channel: Channel, alerts: Sequence[Alert]) -> None:
            now = clock.now()
            self._told.note(
                (tellable.told(alert, channel.name, now) for alert in alerts), now.date()
            )

        return Courier(channel, outbox, Means(site.name, clock, self._send, pulse, told))

    def _tell_unrecorded(self) -> None:
        """Tell at once of changes that a store in trouble does not take."""
        while not self._site.unrecorded.empty():
            self._unrecorded.append(self._site.unrecorded.get())
        waiting = [each for each in self._unrecorded if not each.landing.done()]
        trouble = self._site.trouble
        if trouble is None:
            self._unrecorded = waiting
            self._told_early.clear()
            return
        for each in waiting:
            if each.changes or each.controller.id not in self._told_early:
                self._tell(tellable.unrecorded(each, str(trouble), rules_of(self._site.site)))
            self._told_early.add(each.controller.id)
        self._unrecorded = []

    def _tell_strange_work(self) -> None:
        """Tell of work on addresses that nobody has, when it begins and a day after it ended."""
        now = self._clock.now()
        while not self._site.strange.empty():
            alert = tellable.strange(self._site.name, self._site.strange.get())
            self._strange_seen[alert.about] = now
            if self._couriers and alert.about not in self._standing:
                self._tell(alert)
        for alert in self._standing.of(Event.STRANGE):
            seen_at = self._strange_seen.get(alert.about, self._began_at)
            if (now - seen_at).total_seconds() >= STRANGE_S:
                self._strange_seen.pop(alert.about, None)
                self._over(alert.about, now)

    def _follow(self) -> None:
        """Tell of the records that the history holds since the last look, then move the mark."""
        if not self._following.is_known:
            return  # the look before this one has said why
        news = self._following.news()
        whole = news.whole and not self._began_late
        if not whole:
            self._offer(tellable.gap(self._site.name, self._clock.now()), self._couriers.values())
            self._began_late = False
        controllers = {one.id: one for one in self._site.site.controllers}
        policy = rules_of(self._site.site)
        for judged in news.told:
            controller = controllers.get(judged.record.controller_id)
            for alert in tellable.of_judgement(judged, controller, policy):
                self._tell(alert)
        for ended in news.ended:
            self._tell(tellable.window_ended(ended, self._site.name, controllers.values()))
        if news.told or news.ended or not whole:
            self._following.told(news.head)

    def _tell_log_heads(self) -> None:
        while not self._site.log_heads.empty():
            self._tell(tellable.log_head(self._site.log_heads.get(), self._site.name))

    def _mind_troubles(self) -> None:
        """Tell of a store or a channel that began to be in trouble, and of its end."""
        now, name = self._clock.now(), self._site.name
        complaint = self._site.complaint
        self._troubled_since = None if complaint is None else self._troubled_since or now
        since = self._troubled_since
        about = tellable.about(Event.STORE, name, "")
        if since is None:
            self._over(about, now)
        elif about not in self._standing and (now - since).total_seconds() >= STORE_GRACE_S:
            self._tell(tellable.trouble(Event.STORE, name, "", since, str(complaint)))
        self._mind_history(now)
        for courier in tuple(self._couriers.values()):
            self._mind_courier(courier, now)

    def _mind_history(self, now: datetime) -> None:
        """Tell at once of what is wrong with the history: nothing is graver."""
        self._mind(Event.COSIGNER, self._site.contradicted, now)
        wrong = self._site.approved
        if wrong is not None:
            self._mind(Event.APPROVED, "; ".join(wrong.faults), now)
            self._mind(Event.REWRITTEN, wrong.rewritten, now)

    def _mind(self, event: Event, why: str, now: datetime) -> None:
        about = tellable.about(event, self._site.name, "")
        if not why:
            self._over(about, now)
        elif about not in self._standing:
            self._tell(tellable.trouble(event, self._site.name, "", now, why))

    def _mind_courier(self, courier: Courier, now: datetime) -> None:
        failing, name = courier.failing, courier.channel.name
        about = tellable.about(Event.DELIVERY, self._site.name, name)
        if failing is None:
            self._over(about, now)
        elif (
            about not in self._standing and (now - failing.since).total_seconds() >= CHANNEL_GRACE_S
        ):
            site, since = self._site.name, failing.since
            self._tell(
                tellable.trouble(Event.DELIVERY, site, name, since, failing.reason), but=name
            )

    def _over(self, about: str, now: datetime) -> None:
        alert = self._standing.get(about)
        if alert is not None:
            self._tell(tellable.cleared(alert, now))

    def _remind(self) -> None:
        """Remind of what still stands, where a channel wants that."""
        now = self._clock.now()
        for courier in self._couriers.values():
            remind_s = courier.channel.remind_s
            for alert in self._standing.due(courier.channel.name, remind_s, now):
                self._offer(tellable.still(alert, now), (courier,))

    def _tell(self, alert: Alert, but: str = "") -> None:
        """Offer an alert to every channel but one, and remember what stands."""
        self._offer(alert, (one for one in self._couriers.values() if one.channel.name != but))
        if alert.phase is Phase.RAISED:
            self._standing.add(alert)
        elif alert.phase is Phase.CLEARED:
            self._standing.remove(alert.about)

    def _offer(self, alert: Alert, couriers: Iterable[Courier]) -> None:
        for courier in couriers:
            if wants(courier.channel, alert):
                courier.offer(alert)
