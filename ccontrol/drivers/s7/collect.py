"""One poll of an S7-300 or S7-400: what is asked at which depth, in which order.

Holds no frames, no sockets (transport) and no meaning of the answers beyond what decides the next
question. Whatever goes wrong ends up in the Capture.

After connecting, one question (SZL 0132 index 1) finds out whether we may stay; it belongs to
connecting, like the setup. Then
  GLANCE       checksum words and protection, mode, newest diagnostic entry, block counts: four
               requests; the entry waits where the words were only found at the second try
  DIAGNOSTICS  … and the clock, the diagnostic buffer, identity, firmware, names, modules
  INVENTORY    … glance with ten entries, all lists, all infos, the blocks whose info differs, the
               words again
  FULL         everything, the words again
"""

import asyncio
import struct
from dataclasses import dataclass, field

from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask, Pace
from ccontrol.drivers.collecting import heard
from ccontrol.drivers.s7 import collect_modules, szl
from ccontrol.drivers.s7 import pdu as wire
from ccontrol.drivers.s7.client import Client
from ccontrol.drivers.s7.collect_blocks import Blocks
from ccontrol.drivers.s7.conversation import Answer, Conversation
from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.drivers.s7.guard import Guard
from ccontrol.drivers.s7.memory import PROTECTION_LISTS, Memory
from ccontrol.drivers.s7.options import S7Options
from ccontrol.drivers.s7.program_word import NOTHING, Word
from ccontrol.drivers.s7.progress import Progress
from ccontrol.drivers.s7.refusals import NOT_SUPPORTED
from ccontrol.drivers.s7.transport import Limits, Line, Peer
from ccontrol.errors import (
    CcontrolError,
    GarbledError,
    NoSpareConnectionError,
    OverBudgetError,
    ReadOnlyViolationError,
    RefusedError,
)
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.controller import SHALLOW, Controller

FAMILY = "s7"
_READING_FORBIDDEN = 3
"""Valid protection level at which blocks may not be read without the password."""
_SZL_HEADER = 8
_MOST_BYTES = {Depth.GLANCE: 256 * 1024, Depth.DIAGNOSTICS: 4 * 1024 * 1024}
"""What a poll of that depth could ever bring, many times over; else the controller's own limit."""
_COMMUNICATION_WORDS = 8
_ENTRIES = 10
"""Of the log in one message of 240 bytes."""
_DB = wire.BLOCK_TYPES["DB"]
_NO_ANSWER = "refused: it was sent, and no answer came"
"""A CPU that hangs up on a password may count it as a wrong one: so it is not sent again."""


async def collect(
    controller: Controller, ask: Ask, pace: Pace, clock: Clock, memory: Memory
) -> Capture:
    """Ask the controller and return what it said. See `ccontrol.drivers.api.Driver.collect`."""
    started_at, poll = clock.now(), _Poll(controller, ask, pace, clock, memory)
    trouble: CcontrolError | None = None
    budget = controller.budget
    deadline = asyncio.timeout(budget.limit_s(ask.depth))
    progress = Progress(budget, ask.depth, deadline, lambda: poll.line.bytes_received)
    try:
        async with deadline:
            await poll.run(progress)
    except TimeoutError:
        trouble = OverBudgetError(progress.too_slow())
    except OverBudgetError as error:
        trouble = OverBudgetError(f"{error}{progress.too_large()}")
    except ReadOnlyViolationError:
        raise
    except CcontrolError as error:
        trouble = error
    finally:
        poll.line.close()
    return heard(poll, FAMILY, (started_at, clock.now()), trouble)


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
    notes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        options, budget = self.options, self.controller.budget
        kind = options.connection_type
        peer = Peer(self.controller.address, self.controller.port, kind, options.rack, options.slot)
        most_bytes = min(budget.bytes_limit, _MOST_BYTES.get(self.ask.depth, budget.bytes_limit))
        limits = Limits(budget.answer_timeout_s, most_bytes)
        may_send = options.password is not None and not self.ask.password_refused
        self.line = Line(peer, limits, Guard(password=may_send))
        self.client = Client(self.line, self.pace)
        self.talk = Conversation(self.client, self.line, self.clock)
        self.notes = {
            "connection_type": kind.name.lower(),
            "rack": str(options.rack),
            "slot": str(options.slot),
        }
        made = self.memory.made.get(self.controller.id)
        if made is not None and self.ask.depth in SHALLOW:
            self.notes["made_dbs"] = f"{made.length:04x} {made.crc:04x}"
        if options.actual_values:
            self.notes["actual_values"] = " ".join(options.actual_values)

    @property
    def options(self) -> S7Options:
        """The controller's own table; its defaults when it has none."""
        options = self.controller.options
        return options if isinstance(options, S7Options) else S7Options()

    async def run(self, progress: Progress) -> None:
        """Ask everything that the depth wants. Raises what ends the poll early."""
        depth, talk = self.ask.depth, self.talk
        await self._connect()
        await self._stay_only_if_welcome()
        before = len(talk.exchanges)
        words, opening, level = await self._words()
        words_tried = len(talk.exchanges) - before
        await talk.szl(0x0424, 0)
        await self._newest_entry(words_tried)
        declared = _declared_dbs(await talk.counts())
        if depth in (Depth.DIAGNOSTICS, Depth.FULL):
            await talk.clock()
            await collect_modules.ask(talk)
        if depth in (Depth.INVENTORY, Depth.FULL):
            blocks = Blocks(talk, self.ask)
            await blocks.look()
            if blocks.wanted:
                await self._enter_password(level)
                await blocks.read(progress)
            if words is not None:
                await self._close(words, opening, blocks, declared)

    async def _connect(self) -> None:
        await self.client.connect()
        answer = await self.talk.setup()
        if answer.error:
            raise RefusedError(f"the controller refuses to talk: error 0x{answer.error:04x}")
        parameter = wire.parse(answer.heard[0]).parameter if answer.heard else b""
        if len(parameter) != 8 or parameter[0] != wire.SETUP:  # noqa: PLR2004 — see pdu.SETUP
            raise GarbledError("the controller answers the setup with something else")
        self.notes["pdu_bytes"] = str(int.from_bytes(parameter[6:8], "big"))

    async def _stay_only_if_welcome(self) -> None:
        wanted = self.controller.budget.spare_connections
        if not wanted:
            return
        free = _free_connections(await self.talk.szl(0x0132, 1), self.options.connection_type)
        if free is not None and free < wanted:
            kind = self.options.connection_type.name
            raise NoSpareConnectionError(
                f"{free} connections of type {kind} are left beside ours, {wanted} have to be"
            )

    async def _words(self) -> tuple[int | None, Word | None, int]:
        """Read protection and checksum words; return the list that had them, word and level."""
        controller_id, lacking = self.controller.id, True
        for number in self.memory.protection_lists(controller_id, self.ask.depth):
            answer = await self.talk.szl(number, 4)
            if not answer.error:
                self.memory.learn_protection_lists(controller_id, number)
                return number, _program_word(answer, number), _protection_level(answer)
            lacking = lacking and answer.error in NOT_SUPPORTED
        if lacking:
            self.memory.learn_protection_lists(controller_id)
        return None, None, _READING_FORBIDDEN  # unknown: a configured password is worth trying

    async def _newest_entry(self, words_tried: int) -> None:
        """Read the newest of the log, unless its request went into finding the words.

        It is the one that can wait: the next glance asks for it, and it is as new to us then.
        """
        if self.ask.depth is not Depth.GLANCE or words_tried < len(PROTECTION_LISTS):
            newest = _ENTRIES if self.ask.depth is Depth.INVENTORY else 1
            await self.talk.szl(0x01A0, newest)

    async def _close(
        self, number: int, opening: Word | None, blocks: Blocks, declared: int | None
    ) -> None:
        """Read the words again; once more, with the DBs there are, where the program makes DBs.

        Only there a word may have moved, or not follow from the blocks, without any engineer.
        """
        closing = _program_word(await self.talk.szl(number, 4), number)
        lacks = closing is not None and not blocks.follows(closing)
        moved = closing != opening or blocks.made != NOTHING
        if (lacks and moved) or declared not in (None, blocks.dbs):
            await blocks.look_again()
            closing = _program_word(await self.talk.szl(number, 4), number)
        if closing is not None:
            self.memory.learn_made(self.controller.id, closing, blocks.loaded, blocks.made)

    async def _enter_password(self, level: int) -> None:
        password = self.options.password
        if password is None or level < _READING_FORBIDDEN:
            return
        if self.ask.password_refused:
            self.notes["password"] = "not tried: it was refused before"  # noqa: S105 — a note, no password
            return
        requests, note = self.line.requests, ""
        try:
            error = await self.client.enter_password(password)
            note = f"refused: error 0x{error:04x}" if error else "accepted"
        finally:
            if note or self.line.requests > requests:
                self.notes["password"] = note or _NO_ANSWER


def _free_connections(answer: Answer, kind: ConnectionType) -> int | None:
    """Return how many more of our type the CPU could take; None when it does not say.

    Record of SZL 0132 index 1: reserved for PG and OP, used by PG and OP, …, free for anybody.
    """
    record = answer.payload[_SZL_HEADER:]
    if len(record) < 2 * _COMMUNICATION_WORDS:
        return None
    _, for_pg, for_op, of_pg, of_op, _, _, free = struct.unpack(">8H", record[:16])
    reserved = {ConnectionType.PG: for_pg - of_pg, ConnectionType.OP: for_op - of_op}
    return int(free + max(reserved.get(kind, 0), 0))


def _program_word(answer: Answer, number: int) -> Word | None:
    """Return the CPU's word for its program; None where it has none that counts."""
    try:
        words = szl.master(szl.protections(answer.payload, number)).words
    except (GarbledError, IndexError):
        return None
    return words and Word(words.program_length, words.program_crc)


def _declared_dbs(counts: Answer) -> int | None:
    """Return how many DBs the CPU says that it has; None when it does not say."""
    entries = counts.payload
    found = (entries[at : at + 4] for at in range(0, len(entries) - 3, 4))
    return next((int.from_bytes(one[2:]) for one in found if one[1] == _DB), None)


def _protection_level(answer: Answer) -> int:
    """Return the valid level, the strictest of a redundant pair; forbidding when unreadable."""
    payload = answer.payload
    length = int.from_bytes(payload[4:6], "big")
    if length < _SZL_HEADER or len(payload) < _SZL_HEADER + length:
        return _READING_FORBIDDEN
    records = range(_SZL_HEADER, len(payload) - length + 1, length)
    return max(int.from_bytes(payload[at + 6 : at + 8], "big") for at in records)
