"""`ccontrol poll`: ask controllers now, and tell what came of it."""

import logging
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated

import typer

from ccontrol import errors
from ccontrol.cli.invocation import invocation
from ccontrol.cli.outcomes import look_words
from ccontrol.cli.output import Cell, Sheet, complain, emit, say, show, working
from ccontrol.cli.plant import Watched, configured, configured_with_secrets, controllers_named
from ccontrol.cli.running import running
from ccontrol.cli.tones import outcome_tone
from ccontrol.clock import Clock
from ccontrol.config.settings import Config
from ccontrol.errors import CcontrolError, DriverError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.by_hand import FOLLOWED_AT_MOST, poll_once
from ccontrol.poll.control import ask_poll
from ccontrol.poll.places import Places
from ccontrol.poll.waiting import Key

_DIFFERENT = 1
_MOVED = frozenset({Outcome.CHANGED, Outcome.PENDING, Outcome.SUPPRESSED})
_NOT_READ = frozenset({Outcome.FAILED, Outcome.INCOMPLETE, Outcome.MISSED})
_MARGIN_S = 60.0
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking one controller: every look that it took, or why there was none."""

    watched: Watched
    looks: tuple[JournalEntry, ...] = ()
    refused: CcontrolError | None = None

    @property
    def exit_code(self) -> int:
        """Say how this one ended, by meaning."""
        if self.refused is not None:
            return self.refused.exit_code
        if self.looks[-1].outcome in _NOT_READ:
            return _exit_code_of(self.looks[-1].fault_class)
        moved = any(look.outcome in _MOVED or look.owed_since for look in self.looks)
        return _DIFFERENT if moved else 0


def command(
    context: typer.Context,
    *,
    controllers: Annotated[
        list[str] | None, typer.Argument(metavar="[CONTROLLER]...", help="All, if none is named.")
    ] = None,
    depth: Annotated[Depth, typer.Option(help="How much to ask.")] = Depth.GLANCE,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """Ask controllers now, and commit what changed.

    It goes through the running daemon, if there is one. What moved is read deeper by itself.
    Ends with 0 when nothing changed, 1 when something did or a change is not read yet, 3x when a
    controller could not be read, 4x when it may not be asked (paused, not enrolled).

    \b
    Example:
      ccontrol poll press-3
      ccontrol poll press-3 --depth full
      ccontrol poll || ccontrol changes --since 1h
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    _quiet_logs()
    config = configured(here)
    chosen = controllers_named(config, controllers or [])
    if not chosen:
        complain("ccontrol: the configuration names no controllers: nobody was asked")
    engine = _Engine(lambda: configured_with_secrets(here), here.clock, depth)
    with working(f"asking {', '.join(each.controller.id for each in chosen[:3])} …"):
        asked = engine.ask_all(chosen)
    if as_json:
        emit("ccontrol/poll/1", {"polls": [_row(one, look) for one in asked for look in one.looks]})
    elif any(one.looks for one in asked):
        show(_sheet(asked))
        for line in dict.fromkeys(_next_step(one.looks[-1]) for one in asked if one.looks):
            if line:
                say(f"  → {line}")
    return _ended(asked)


@dataclass(slots=True)
class _Engine:
    """Whoever asks: the daemon that runs, else an engine of our own for as long as it takes."""

    load: Callable[[], Config]
    clock: Clock
    depth: Depth

    def ask_all(self, chosen: Sequence[Watched]) -> list[Asked]:
        """Poll controllers; a running daemon is asked for several at once, and keeps the pace."""
        watching = {each.site.name: running(each.site).answers for each in chosen}
        if not all(watching.values()):
            return [self.ask(watched) for watched in chosen]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self.ask, chosen))

    def ask(self, watched: Watched) -> Asked:
        """Poll one controller and wait for what follows soon."""
        try:
            return Asked(watched, self._ask(watched))
        except CcontrolError as error:
            return Asked(watched, refused=error)

    def _ask(self, watched: Watched) -> tuple[JournalEntry, ...]:
        controller = watched.controller
        longest_s = FOLLOWED_AT_MOST * (
            controller.budget.longest_s(Depth.FULL) + controller.schedule.settle_s
        )
        places = Places(watched.site.store.path)
        told = ask_poll(places, controller.id, self.depth, longest_s + _MARGIN_S)
        if told is not None:
            return told
        key = Key(watched.site.name, controller.id)
        return poll_once(self.load(), key, self.depth, self.clock)


def _exit_code_of(fault_class: str) -> int:
    """Return how a poll ends that this error ended; the name comes over the daemon's socket."""
    found = getattr(errors, fault_class, None)
    if isinstance(found, type) and issubclass(found, CcontrolError):
        return found.exit_code
    return DriverError.exit_code


def _ended(asked: list[Asked]) -> int:
    refused = [one.refused for one in asked if one.refused is not None]
    if len(asked) == 1 and refused:
        raise refused[0]
    for error in refused:
        complain(f"ccontrol: {error}")
        complain(f"  → {error.hint}")
    return max((one.exit_code for one in asked), default=0)


def _next_step(look: JournalEntry) -> str:
    """Return what to do about a poll that brought nothing; "" when it brought something."""
    name = look.controller_id
    if look.outcome is Outcome.GLANCED:
        return f"{name}: `ccontrol enroll {name}` lets it be read and kept."
    if look.outcome not in _NOT_READ:
        read_now = f"`ccontrol poll {name} --depth full` reads it now"
        return f"{name}: what moved is read later; {read_now}." if look.owed_since else ""
    if not look.bytes_received and look.outcome is Outcome.FAILED:
        return f"{name}: {DriverError.hint.replace('CONTROLLER', name)}"
    return (
        f"{name}: `ccontrol poll {name}` asks again, once what the reason says is over or mended."
    )


def _row(one: Asked, look: JournalEntry) -> dict[str, object]:
    return {
        "site": one.watched.site.name,
        "controller_id": look.controller_id,
        "at": look.at,
        "outcome": look.outcome,
        "says": look_words(look),
        "depth": look.depth,
        "reason": look.reason,
        "change_id": look.change_id,
        "duration_ms": look.duration_ms,
        "requests": look.requests,
        "bytes_sent": look.bytes_sent,
        "bytes_received": look.bytes_received,
        "unread": look.unread,
        "fault_class": look.fault_class,
        "unseen": look.unseen,
        "strengths": dict(look.strengths),
        "owed_since": look.owed_since,
    }


def _sheet(asked: list[Asked]) -> Sheet:
    rows = tuple(
        (
            look.controller_id,
            look.depth or "",
            Cell(look_words(look), outcome_tone(look.outcome)),
            f"{look.duration_ms} ms",
            f"{look.requests} request{'' if look.requests == 1 else 's'}",
            look.change_id,
            look.reason,
        )
        for one in asked
        for look in one.looks
    )
    return Sheet(("controller", "look", "outcome", "took", "cost", "change", ""), rows)


def _quiet_logs() -> None:
    """An engine of our own speaks to nobody; what came of a poll is told by the command."""
    level = logging.ERROR if sys.stderr.isatty() else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(message)s")
