"""One poll of a MicroLogix, SLC 5/05 or PLC-5: what is asked at which depth, in which order.

Holds no frames, no sockets (enip) and no meaning of the answers beyond what decides the next
question. Whatever goes wrong ends up in the Capture. After connecting
  GLANCE       identity, diagnostic status, and the status words that tell of firmware and program:
               three requests
  DIAGNOSTICS  the same: these processors keep no log
  INVENTORY    … and the directory, every program and configuration file, the tables of forces, the
               data files whose values are kept, then the status and the directory again
  FULL         the same: no fingerprint is known that would tell which files need no reading
A PLC-5 gives its program away in pieces of its memory only, after it was told to stand still for an
upload: that is no read, so nothing follows the glance. No file is read during a download.
"""

from dataclasses import dataclass, field

from ccontrol.clock import Clock
from ccontrol.drivers import collecting
from ccontrol.drivers.api import Ask, Pace
from ccontrol.drivers.enip.client import Client
from ccontrol.drivers.enip.transport import Limits, Line, Peer
from ccontrol.drivers.pccc import directory as files
from ccontrol.drivers.pccc import status_file
from ccontrol.drivers.pccc.conversation import Conversation
from ccontrol.drivers.pccc.data_files import name_of
from ccontrol.drivers.pccc.diagnostics import Status, status
from ccontrol.drivers.pccc.directory import Directory, Layout
from ccontrol.drivers.pccc.guard import Guard
from ccontrol.drivers.pccc.options import PcccOptions
from ccontrol.errors import GarbledError
from ccontrol.model.capture import Capture
from ccontrol.model.controller import SHALLOW, Controller

FAMILY = "pccc"
_MOST_BYTES = 64 * 1024
"""Many times what a glance could ever bring."""
_READ = (files.PROGRAM, files.CHANNELS, files.MODULES, files.FORCES)


async def collect(controller: Controller, ask: Ask, pace: Pace, clock: Clock) -> Capture:
    """Ask the controller and return what it said. See `ccontrol.drivers.api.Driver.collect`."""
    return await collecting.collect(_Poll(controller, ask, pace, clock), FAMILY, clock)


@dataclass(slots=True)
class _Poll:
    """One poll under way."""

    controller: Controller
    ask: Ask
    pace: Pace
    clock: Clock
    line: Line = field(init=False)
    client: Client = field(init=False)
    talk: Conversation = field(init=False)

    def __post_init__(self) -> None:
        budget, depth = self.controller.budget, self.ask.depth
        most_bytes = (
            min(budget.bytes_limit, _MOST_BYTES) if depth in SHALLOW else budget.bytes_limit
        )
        limits = Limits(budget.answer_timeout_s, most_bytes)
        self.line = Line(Peer(self.controller.address, self.controller.port), limits, Guard())
        self.client = Client(self.line, self.pace, self.options.route)
        self.talk = Conversation(self.client, self.line, self.clock)

    @property
    def options(self) -> PcccOptions:
        """The controller's own table; its defaults when it has none."""
        options = self.controller.options
        return options if isinstance(options, PcccOptions) else PcccOptions()

    async def run(self) -> None:
        """Ask everything that the depth wants. Raises what ends the poll early."""
        await self.client.connect()
        await self.talk.identity()
        told = _status((await self.talk.status()).data)
        if told is not None and told.family == "plc5":
            await self.talk.words(status_file.NUMBER, status_file.PLC5_WORD, status_file.PLC5_BYTES)
            return
        await self.talk.read(
            status_file.FILE, status_file.NUMBER, status_file.SYSTEM_WORD, status_file.SYSTEM_BYTES
        )
        if self.ask.depth in SHALLOW or told is None or told.downloading:
            return
        layout = files.layout_of(told.bulletin)
        found = await self._directory(layout)
        if found is not None:
            await self._files(found)
            await self.talk.status()
            await self._directory(layout)

    async def _directory(self, layout: Layout) -> Directory | None:
        """Read the directory around its passwords; None where it is refused or does not add up."""
        head = await self.talk.read(layout.type, 0, 0, 2 * files.HEAD_WORDS)
        first = await self.talk.read(layout.type, 0, layout.after, files.FIRST_BYTES)
        try:
            rest = files.rest_of(layout, first.data)
            more = b""
            if rest.size:
                more = (await self.talk.read(layout.type, 0, *rest)).data
            return files.directory(layout, head.data, first.data + more)
        except GarbledError:
            if self.line.error is not None:
                raise
            return None  # what was heard stands in the capture, and says so again

    async def _files(self, found: Directory) -> None:
        wanted = [row for kind in _READ for row in found.of_class(kind)]
        kept = self.options.actual_values
        wanted += [row for row in found.of_class(files.DATA) if name_of(row) in kept]
        for row in wanted:
            if row.size:
                await self.talk.read(row.type, row.number, 0, row.size)

    @property
    def notes(self) -> dict[str, str]:
        """What of the settings decides how the answers are to be read."""
        options = self.options
        notes = {
            "actual_values": " ".join(options.actual_values),
            "route": "/".join(part for hop in options.route for part in map(str, hop)),
        }
        return {name: text for name, text in notes.items() if text}


def _status(data: bytes) -> Status | None:
    try:
        return status(data)
    except GarbledError:
        return None
