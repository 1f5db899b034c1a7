"""The door through which commands reach a running daemon: one socket for each site, its owner's.

One line of JSON asks, one answers. Pauses and enrolments do not come this way: they are files, and
hold without a daemon too.
"""

import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ccontrol import errors
from ccontrol.errors import CcontrolError, EngineError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry
from ccontrol.poll.intake import Taken
from ccontrol.poll.judging_anew import JudgedAnew
from ccontrol.poll.overview import Status
from ccontrol.poll.places import Places
from ccontrol.poll.tended import Tended
from ccontrol.poll.unix_socket import address_of, bound

LINE_AT_MOST = 16 * 1024 * 1024
"""A status of 10,000 controllers has about 2 MB."""
CONNECT_S = 2.0

STATUS: TypeAdapter[Status] = TypeAdapter(Status)
ENTRIES: TypeAdapter[tuple[JournalEntry, ...]] = TypeAdapter(tuple[JournalEntry, ...])
TENDED: TypeAdapter[Tended] = TypeAdapter(Tended)
TAKEN: TypeAdapter[Taken] = TypeAdapter(Taken)
JUDGED: TypeAdapter[tuple[JudgedAnew, ...]] = TypeAdapter(tuple[JudgedAnew, ...])

Answer = Callable[[dict[str, Any]], Awaitable[bytes]]
_log = logging.getLogger(__name__)


def ask_status(places: Places, timeout_s: float = 10.0) -> Status | None:
    """Return how a site's daemon does; None when none runs."""
    answer = _ask(places, {"ask": "status"}, timeout_s)
    return None if answer is None else STATUS.validate_json(answer)


def ask_poll(
    places: Places, controller_id: str, depth: Depth, timeout_s: float
) -> tuple[JournalEntry, ...] | None:
    """Have the daemon poll a controller, and what follows soon; None when no daemon runs."""
    question = {"ask": "poll", "controller": controller_id, "depth": depth.value}
    answer = _ask(places, question, timeout_s)
    return None if answer is None else ENTRIES.validate_json(answer)


def ask_maintain(places: Places, timeout_s: float) -> Tended | None:
    """Have the daemon maintain the site's store now; None when no daemon runs."""
    answer = _ask(places, {"ask": "maintain"}, timeout_s)
    return None if answer is None else TENDED.validate_json(answer)


def ask_take(places: Places, source: str, lines: Sequence[str], timeout_s: float) -> Taken | None:
    """Have the daemon keep what a witness says, a line each; None when no daemon runs."""
    answer = _ask(places, {"ask": "take", "source": source, "lines": lines}, timeout_s)
    return None if answer is None else TAKEN.validate_json(answer)


def ask_judge(places: Places, since: datetime, timeout_s: float) -> tuple[JudgedAnew, ...] | None:
    """Have the daemon judge anew what something new was heard of; return all since a time."""
    answer = _ask(places, {"ask": "judge", "since": since.isoformat()}, timeout_s)
    return None if answer is None else JUDGED.validate_json(answer)


class ControlDoor:
    """The daemon's side of one site's socket."""

    def __init__(self, places: Places, answer: Answer) -> None:
        self._path = places.control
        self._answer = answer
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen. Raises StoreError when the folder takes no socket."""
        door = bound(self._path, 0o600)
        self._server = await asyncio.start_unix_server(self._serve, sock=door, limit=LINE_AT_MOST)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, asking: asyncio.StreamReader, telling: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ValueError):  # whoever asked is gone, or asked no line
            line = await asking.readline()
            telling.write(await self._answered(line) + b"\n")
            await telling.drain()
        telling.close()

    async def _answered(self, line: bytes) -> bytes:
        try:
            question = json.loads(line)
            if not isinstance(question, dict):
                raise EngineError("a question to the daemon is a table")
            return b'{"answer":' + await self._answer(question) + b"}"
        except CcontrolError as error:
            told = {"class": type(error).__name__, "text": str(error), "hint": error.hint}
        except ValueError as error:
            told = {"class": "EngineError", "text": f"not a question: {error}", "hint": ""}
        return json.dumps({"error": told}).encode()


def _ask(places: Places, question: Mapping[str, object], timeout_s: float) -> bytes | None:
    line = _exchange(places.control, json.dumps(question).encode() + b"\n", timeout_s)
    if line is None:
        return None
    if not line.endswith(b"\n"):
        raise EngineError("the daemon ended before it answered")
    told = json.loads(line)
    if "error" in told:
        raise _error(told["error"])
    return json.dumps(told["answer"]).encode()


def _exchange(path: Path, question: bytes, timeout_s: float) -> bytes | None:
    with socket.socket(socket.AF_UNIX) as door, address_of(path) as address:
        door.settimeout(CONNECT_S)
        try:
            door.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            hint = "Run it as the daemon's user, e.g. `sudo -u ccontrol ccontrol …`."
            said = f"{path}: the daemon cannot be reached ({error.strerror})"
            raise EngineError(said, hint=hint) from error
        door.settimeout(timeout_s)
        try:
            door.sendall(question)
            with door.makefile("rb") as answers:
                return answers.readline(LINE_AT_MOST)
        except TimeoutError as error:
            raise EngineError(f"the daemon did not answer within {timeout_s:.0f} s") from error


def _error(told: dict[str, str]) -> CcontrolError:
    """Rebuild an error that the daemon told, so that the exit code is the same."""
    found = getattr(errors, told["class"], EngineError)
    is_ours = isinstance(found, type) and issubclass(found, CcontrolError)
    kind: type[CcontrolError] = found if is_ours else EngineError
    return kind(told["text"], hint=told["hint"]) if told["hint"] else kind(told["text"])
