"""The socket at which sensors hand in what they see, a line each; the talk is canonical.witness's.

Who may speak is known by the kernel (SO_PEERCRED), what a sensor may say by sensor_words. What it
hands over is acknowledged when it is durable, so that nothing is lost when either side is killed. A
line that is none ends that talk; what no sensor says is told, and left out, lest one odd packet on
the wire end every talk that is begun again with it.
"""

import asyncio
import contextlib
import logging
import os
import pwd
import socket
import stat
import struct
from dataclasses import dataclass, field
from pathlib import Path

from ccontrol.canonical.witness import (
    LONGEST_LINE,
    Act,
    Handed,
    Hello,
    Kept,
    Whom,
    parse_line,
    render_line,
)
from ccontrol.clock import Clock
from ccontrol.errors import EngineError, StoreError
from ccontrol.poll.intake import Intake, Said
from ccontrol.poll.sensor_words import objection
from ccontrol.poll.unix_socket import address_of, bound

CONNECTIONS_AT_MOST = 8
LINES_AHEAD = 64
"""So many lines of a sensor are read before those before them are kept; then it has to wait."""
USERS_TOLD = 64
"""Users that are turned away, and told of; whoever may log in could fill the log with them."""
HELLO_S = 10.0
RETRY_S = 2.0
_CREDENTIALS = struct.Struct("3i")
"""struct ucred: process, user, group (unix(7))."""
_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Talk:
    """One sensor that is connected."""

    telling: asyncio.StreamWriter
    name: str
    at: str = ""
    """Its interfaces; empty until it has said who it is."""
    lines: "asyncio.Queue[Handed | None]" = field(
        default_factory=lambda: asyncio.Queue(LINES_AHEAD)
    )
    """None: it has ended."""
    number: int = 0
    """Of the last line that it handed over."""
    senseless: int = 0
    """Things that it said and no sensor says."""


class WitnessDoor:
    """The daemon's side of the socket."""

    def __init__(self, intake: Intake, clock: Clock) -> None:
        self._intake = intake
        self._clock = clock
        self._turned_away: dict[int, int] = {}
        """How often a user was, by its number."""
        self._path: Path | None = None
        self._users: frozenset[int] = frozenset()
        self._server: asyncio.Server | None = None
        self._talks: dict[_Talk, asyncio.Task[None]] = {}
        self._whom: tuple[tuple[str, int], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether sensors can connect."""
        return self._server is not None

    @property
    def connected(self) -> dict[str, str]:
        """Return the interfaces of each sensor that is connected, by its name."""
        return {talk.name: talk.at for talk in self._talks if talk.at}

    async def open(self, path: Path, users: tuple[str, ...]) -> None:
        """Listen. Raises EngineError when somebody else does, StoreError when it cannot be made."""
        _require_free(path)
        self._users = frozenset({os.geteuid(), 0, *_numbers(users)})
        door = bound(path, 0o666 if users else 0o600)  # who may speak is asked of the kernel
        self._server = await asyncio.start_unix_server(self._meet, sock=door, limit=LONGEST_LINE)
        self._path = path

    async def close(self) -> None:
        """Listen no more, and end every talk; what was not acknowledged is handed in again."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        await asyncio.sleep(0)  # who was let in a moment ago is met, and sent away
        talks = tuple(self._talks.values())
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def tell_whom(self) -> None:
        """Tell every sensor whom to watch for, if that is news."""
        whom = self._intake.whom()
        if whom != self._whom:
            self._whom = whom
            for talk in self._talks:
                talk.telling.write(render_line(Whom(whom)))

    async def _meet(self, asking: asyncio.StreamReader, telling: asyncio.StreamWriter) -> None:
        if self._server is None:
            await _hang_up(telling)
            return
        user = _user(telling)
        why = ""
        if user not in self._users:
            why = f"user {user} may not hand in anything; see witness_users"
        elif len(self._talks) >= CONNECTIONS_AT_MOST:
            why = f"{CONNECTIONS_AT_MOST} sensors are connected already"
        if why:
            self._tell_turned_away(user, why)
            await _hang_up(telling)
            return
        talk = _Talk(telling, f"a sensor of user {user}")
        self._talks[talk] = asyncio.create_task(self._serve(talk, asking))
        with contextlib.suppress(asyncio.CancelledError):
            await self._talks[talk]

    async def _serve(self, talk: _Talk, asking: asyncio.StreamReader) -> None:
        both = (
            asyncio.create_task(self._listen(talk, asking)),
            asyncio.create_task(self._keep(talk)),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
            _tell_end(talk, both)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            self._talks.pop(talk, None)
            await _hang_up(talk.telling)

    async def _listen(self, talk: _Talk, asking: asyncio.StreamReader) -> None:
        """Read lines until there are no more. Raises ValueError for one that is none."""
        async with asyncio.timeout(HELLO_S):
            hello = parse_line(await asking.readline())
        if not isinstance(hello, Hello):
            raise ValueError("it did not say who it is")  # noqa: TRY004 — a bad line, as any other
        talk.name, talk.at = hello.sensor[:80], hello.interface[:80] or "?"
        _log.info("a sensor listens sensor=%a at=%a", talk.name, talk.at)
        talk.telling.write(render_line(Whom(self._intake.whom())))
        while text := await asking.readline():
            match parse_line(text):
                case Act() as act:
                    if self._makes_sense(talk, act):
                        self._intake.act(act)
                case Handed() as handed if handed.number > talk.number:
                    talk.number = handed.number
                    await talk.lines.put(handed)
                case _:
                    raise ValueError("a line that no sensor says, or a number that was said before")
        await talk.lines.put(None)

    def _makes_sense(self, talk: _Talk, said: Said | Act) -> bool:
        why = objection(said, self._clock.now())
        if why:
            talk.senseless += 1
            if _is_worth_telling(talk.senseless):
                text = "what no sensor says is left out: %s sensor=%a times=%d"
                _log.warning(text, why, talk.name, talk.senseless)
        return not why

    def _tell_turned_away(self, user: int, why: str) -> None:
        if user not in self._turned_away and len(self._turned_away) >= USERS_TOLD:
            return
        count = self._turned_away[user] = self._turned_away.get(user, 0) + 1
        if _is_worth_telling(count):
            _log.warning("a sensor is turned away: %s times=%d", why, count)

    async def _keep(self, talk: _Talk) -> None:
        """Keep what was read, as much as there is at a time, and say so."""
        ended = False
        while not ended:
            batch = [await talk.lines.get()]
            while not talk.lines.empty():
                batch.append(talk.lines.get_nowait())
            ended = None in batch
            handed = [each for each in batch if each is not None]
            if handed:
                await self._take(talk, handed)

    async def _take(self, talk: _Talk, handed: list[Handed]) -> None:
        told = ""
        said = [each.said for each in handed if self._makes_sense(talk, each.said)]
        lines = self._intake.live(said, talk.name)
        while True:
            try:
                await self._intake.keep(lines)
            except StoreError as error:  # it is not acknowledged: the sensor keeps it, too
                if str(error) != told:
                    _log.error("what a sensor saw cannot be kept: %s (%s)", error, error.hint)
                    told = str(error)
                await asyncio.sleep(RETRY_S)
            else:
                break
        talk.telling.write(render_line(Kept(handed[-1].number)))
        await talk.telling.drain()


def _tell_end(talk: _Talk, tasks: tuple[asyncio.Task[None], ...]) -> None:
    """Tell why a talk has ended: what a sensor does wrong, and what we do."""
    for error in filter(None, (task.exception() for task in tasks if task.done())):
        if isinstance(error, ValueError | TimeoutError):
            _log.warning("a sensor is not listened to any more: %s sensor=%a", error, talk.name)
        elif not isinstance(error, ConnectionError):
            _log.error("a talk with a sensor failed sensor=%a", talk.name, exc_info=error)
    _log.info("a sensor has gone sensor=%a", talk.name)


def _is_worth_telling(count: int) -> bool:
    """Tell of the first, the tenth, the hundredth: whoever insists must not fill the log."""
    return str(count).rstrip("0") == "1"


async def _hang_up(telling: asyncio.StreamWriter) -> None:
    telling.close()
    with contextlib.suppress(ConnectionError):  # the other end is gone already
        await telling.wait_closed()


def _require_free(path: Path) -> None:
    """Refuse what is no socket, or one at which somebody listens."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise EngineError(f"{path} is there and is no socket", hint="Name another path.")
    except OSError:
        return  # it is not there, or cannot be asked for: making it says why
    with socket.socket(socket.AF_UNIX) as door, address_of(path) as address:
        door.settimeout(1.0)
        try:
            door.connect(address)
        except OSError:
            return  # left by a daemon that was killed
    raise EngineError(f"somebody listens at {path} already", hint="Name another path.")


def _numbers(users: tuple[str, ...]) -> list[int]:
    """Return the numbers of users. Raises EngineError for one that this host does not know."""
    try:
        return [pwd.getpwnam(name).pw_uid for name in users]
    except KeyError as error:
        raise EngineError(f"witness_users: {error.args[0]}") from error


def _user(telling: asyncio.StreamWriter) -> int:
    """Return the user at the other end."""
    door = telling.get_extra_info("socket")
    packed = door.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(packed)
    return int(user)
