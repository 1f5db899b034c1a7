"""One poll of a Logix controller: what is asked at which depth, in which order.

Holds no frames, no sockets (enip) and no meaning of the answers beyond what decides the next
question. Whatever goes wrong ends up in the Capture. After registering a session:
  GLANCE       identity (mode, faults, key), edit counters, AuditValue: three requests
  DIAGNOSTICS  … and project, clock, network, slots
  INVENTORY    … glance, project, symbols, templates, routines where configured, the counters again
  FULL         everything, the counters again
While edit counters answer that there is no such object, although the controller has it, a download
runs: then nothing more is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccontrol.clock import Clock
from ccontrol.drivers import collecting
from ccontrol.drivers.api import Ask, Pace
from ccontrol.drivers.enip.client import Client
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.identity import Identity, identity
from ccontrol.drivers.enip.status import (
    NO_SUCH_PATH,
    NOT_SUPPORTED,
    SOME_ATTRIBUTES,
    is_passing,
    leads_nowhere,
    words,
)
from ccontrol.drivers.enip.transport import Limits, Line, Peer
from ccontrol.drivers.logix import collect_modules, questions
from ccontrol.drivers.logix.collect_program import Program, open_connection
from ccontrol.drivers.logix.collect_routines import ask_routines
from ccontrol.drivers.logix.conversation import Conversation
from ccontrol.drivers.logix.guard import guard_for
from ccontrol.drivers.logix.memory import SYMBOLS_LAST_S, Memory, Remembered, Symbols
from ccontrol.drivers.logix.models import FAMILY, STRUCTURE, SURROUNDINGS, has_access, is_micro
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.errors import (
    GarbledError,
    RefusedError,
    UnreachableError,
)
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Controller

_MOST_BYTES = {Depth.GLANCE: 64 * 1024, Depth.DIAGNOSTICS: 1024 * 1024}
"""What a poll of that depth could ever bring, many times over; else the controller's own limit."""
_EDIT_CLASS = 0xAC
_TWO_REFUSED_BYTES = 2 + 2 * (2 + 2)
"""A count, and number and status of two attributes that are not there."""
_ROUTE_HINT = "Check the route: port 1 and the controller's slot, behind each bridge."


async def collect(
    controller: Controller, ask: Ask, pace: Pace, clock: Clock, memory: Memory
) -> Capture:
    """Ask the controller and return what it said. See `ccontrol.drivers.api.Driver.collect`."""
    poll = _Poll(controller, ask, pace, clock, memory)
    return await collecting.collect(poll, FAMILY, clock)


def _has_nothing(reply: Reply) -> bool:
    """Tell whether a controller has neither of two attributes, or not even their object."""
    if reply.status in NOT_SUPPORTED:
        return True
    return reply.status == SOME_ATTRIBUTES and len(reply.data) == _TWO_REFUSED_BYTES


@dataclass(slots=True)
class _Poll:
    """One poll under way."""

    controller: Controller
    ask: Ask
    pace: Pace
    clock: Clock
    memory: Memory
    line: Line = field(init=False)
    client: Client = field(init=False)
    talk: Conversation = field(init=False)
    known: Remembered = field(init=False)
    notes: dict[str, str] = field(default_factory=dict)
    project: bytes = b""
    """What the controller said of its project."""
    marks: tuple[bytes, ...] = ()
    """Edit counters and AuditValue as they stand; () where the controller has no counters."""

    def __post_init__(self) -> None:
        options, budget = self.options, self.controller.budget
        peer = Peer(self.controller.address, self.controller.port)
        most_bytes = min(budget.bytes_limit, _MOST_BYTES.get(self.ask.depth, budget.bytes_limit))
        limits = Limits(budget.answer_timeout_s, most_bytes)
        guard = guard_for(routines=options.routine_fingerprints)
        self.line = Line(peer, limits, guard)
        self.client = Client(self.line, self.pace, options.route)
        self.talk = Conversation(self.client, self.line, self.clock)
        place = (self.controller.id, peer.host, peer.port, options.route)
        self.known = self.memory.of(place)
        self.notes = {
            name: value
            for name, value in (
                ("route", "/".join(f"{port}/{link}" for port, link in options.route)),
                ("audit_tag", options.audit_tag),
                ("safety_tags", " ".join(options.safety_tags)),
                ("redundant", "yes" if options.redundant else ""),
            )
            if value
        }

    @property
    def options(self) -> LogixOptions:
        """The controller's own table; its defaults when it has none."""
        options = self.controller.options
        return options if isinstance(options, LogixOptions) else LogixOptions()

    async def run(self) -> None:
        """Ask everything that the depth wants. Raises what ends the poll early."""
        depth = self.ask.depth
        if depth is Depth.FULL:
            self.known.lacks.clear()  # a new firmware may have what the old one lacked
        await self.client.connect()
        who = await self._identity()
        self.known.meet(who)
        micro = is_micro(who.name)
        if not await self._marks(micro=micro):
            return
        if depth is not Depth.GLANCE and not micro:
            project = await self.talk.ask(questions.PROJECT, questions.ONE[questions.PROJECT])
            self.project = project.data if project is not None else b""
        if depth in SURROUNDINGS:
            await self._surroundings()
        if depth in STRUCTURE:
            await self._structure(who, micro=micro)
            await self._marks(micro=micro)

    async def _identity(self) -> Identity:
        """Ask who answers at the end of the route. Raises RefusedError where nobody does."""
        reply = await self.talk.ask(questions.IDENTITY, questions.ONE[questions.IDENTITY])
        if reply is None:
            raise GarbledError("the controller's answer to who it is cannot be understood")
        if reply.status:
            where = self.notes.get("route", "the address itself")
            says = f"no controller answers at {where}: {words(reply)}"
            if is_passing(reply) and not leads_nowhere(reply):
                raise UnreachableError(says)
            raise RefusedError(says, hint=_ROUTE_HINT)
        who = identity(reply.data)
        if who.empty:
            raise GarbledError("the controller says that it is nobody: its identity is all zeros")
        return who

    async def _marks(self, *, micro: bool) -> bool:
        """Ask what moves with every edit; False where a download runs."""
        if micro:
            return True
        edits = await self._ask_unless_lacking(questions.EDITS)
        marks = [edits]
        if edits is not None and edits.status == NO_SUCH_PATH and await self._has_edits():
            self.notes["download"] = "in progress"
            return False
        if self.options.audit_tag:
            request = questions.tag(self.options.audit_tag, audit=True)
            marks.append(await self.talk.ask(f"{questions.TAG} {self.options.audit_tag}", request))
        else:
            marks.append(await self._ask_unless_lacking(questions.AUDIT))
        if edits is not None and not edits.status:
            self.marks = tuple(one.data for one in marks if one is not None and not one.status)
        return True

    async def _has_edits(self) -> bool:
        """Tell whether a controller that denies its edit counters should have them.

        One that does not tell which objects it has is taken for one that has them: to wait is safe.
        """
        reply = await self.talk.ask(questions.OBJECTS, questions.ONE[questions.OBJECTS])
        if reply is None or reply.status or not reply.data:
            return True
        listed = [int.from_bytes(reply.data[at : at + 2], "little") for at in range(2, 512, 2)]
        has = _EDIT_CLASS in listed[: int.from_bytes(reply.data[:2], "little")]
        if not has:
            self.known.lacks.add(questions.EDITS)
        return has

    async def _ask_unless_lacking(self, question: str) -> Reply | None:
        if question in self.known.lacks:
            return None
        reply = await self.talk.ask(question, questions.ONE[question])
        if question == questions.AUDIT and reply is not None and _has_nothing(reply):
            self.known.lacks.add(question)
        return reply

    async def _surroundings(self) -> None:
        await self.talk.ask(questions.CLOCK, questions.ONE[questions.CLOCK])
        for question in (questions.TCP_IP, questions.LINK, questions.PORTS):
            await self.talk.ask(question, questions.ONE[question], route=())
        missing = await collect_modules.ask(self.talk, self.options, self.known, self.ask.seated)
        if missing:
            self.notes["slots_missing"] = " ".join(map(str, missing))

    async def _structure(self, who: Identity, *, micro: bool) -> None:
        for tag in self.options.safety_tags:
            await self.talk.ask(f"{questions.TAG} {tag}", questions.tag(tag))
        if not micro:
            self.notes["connection"] = await open_connection(self.talk, self.known)
        if with_access := has_access(who):
            self.notes["access"] = "yes"
        program = Program(self.talk, self.known, self._lists(), with_access=with_access)
        await program.read()
        self._remember(program)
        if self.options.routine_fingerprints:
            await ask_routines(self.talk)
        await self.talk.close()

    def _lists(self) -> Mapping[str, tuple[bytes, ...]]:
        """Return the symbol lists that need not be read, since nothing was edited in between."""
        symbols = self.known.symbols
        if symbols is None or not self.marks or symbols.marks != (self.project, *self.marks):
            return {}
        age_s = self.clock.monotonic() - symbols.read_at
        if age_s > SYMBOLS_LAST_S:
            return {}
        self.notes["symbols_read_s_ago"] = f"{age_s:.0f}"
        return symbols.lists

    def _remember(self, program: Program) -> None:
        """Keep what the next poll need not read, but symbols no longer than they last."""
        self.known.templates = program.kept
        if "symbols_read_s_ago" not in self.notes:
            marks = (self.project, *self.marks)
            read = Symbols(program.lists, marks, self.clock.monotonic())
            self.known.symbols = read if program.whole else None
        self.memory.forget_too_much()
