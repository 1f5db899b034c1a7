"""What people decided about controllers, taken in while the engine runs: pauses and enrolments.

They are files; who wrote them is not asked here.
"""

from ccontrol.clock import Clock
from ccontrol.errors import CcontrolError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll import passwords
from ccontrol.poll.dispatch import Dispatch
from ccontrol.poll.roster import Roster
from ccontrol.poll.site import OpenSite
from ccontrol.poll.telling import tell_decisions
from ccontrol.poll.triage import Follow
from ccontrol.poll.turns import Turns
from ccontrol.poll.watched import Watched
from ccontrol.store.standing import Health, stored_health


class Decisions:
    """Acts on what people decided."""

    def __init__(self, roster: Roster, turns: Turns, dispatch: Dispatch, clock: Clock) -> None:
        self._roster = roster
        self._turns = turns
        self._dispatch = dispatch
        self._clock = clock
        self.are_news = False
        """Whether the engine turns: what it found when it began is no news."""

    def look(self) -> None:
        """Take in what is new. Call it several times a second."""
        for site in self._roster.sites.values():
            try:
                if site.standing.refresh():
                    self.attend_to(site)
                self._end_pauses(site)
            except CcontrolError as error:
                site.cannot_decide(error, self._clock)
            else:
                site.can_decide()

    def attend_to(self, site: OpenSite) -> None:
        """Act on pauses and enrolments as they stand now."""
        watched = self._roster.of_site(site.name)
        resumed = [each for each in watched if self._is_resumed(each)]
        if resumed:
            stored = stored_health(site.places.standing)  # as `ccontrol capture` left it meanwhile
            for each in resumed:
                health = stored.get(each.controller.id, Health())
                each.health = passwords.learnt(each.health, health)
                self._resume(each)

    def _is_resumed(self, watched: Watched) -> bool:
        """Take over what stands about a controller; True when its pause is over by that."""
        was_paused, was_enrolled = watched.pause is not None, watched.enrolled
        self._roster.apply_standing(watched)
        if self.are_news:
            tell_decisions(watched, was_paused=was_paused, was_enrolled=was_enrolled)
        if watched.pause is not None and not was_paused:
            self._dispatch.let_go(watched, watched.pause.reason)
        if watched.enrolled and not was_enrolled and self.are_news:
            self._turns.trigger(watched, Depth.FULL)
        return was_paused and watched.pause is None

    def _resume(self, watched: Watched) -> None:
        """Watch again; what fell due meanwhile, or would have soon, is not forgotten."""
        watched.resumed_at = self._clock.now()
        if watched.health.next_full_at is None or not watched.enrolled:
            return
        owed_s = (watched.health.next_full_at - watched.resumed_at).total_seconds()
        if owed_s <= watched.controller.schedule.deep_pause_s:
            self._turns.follow(watched, Follow(Depth.FULL, owed_s))

    def _end_pauses(self, site: OpenSite) -> None:
        for target, pause in list(site.standing.pauses.items()):
            if pause.until is not None and pause.until <= self._clock.now():
                site.standing.resume(target)
                reason = "the pause is over"
                site.note(JournalEntry(self._clock.now(), target, Outcome.RESUMED, reason=reason))
                self.attend_to(site)
