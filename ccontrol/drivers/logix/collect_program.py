"""Asking for the structure of a program: symbols of every scope, and the templates that they use.

Templates that are remembered by instance and handle are not read again; their handles are, many in
one request. All of it goes over a connection where the controller grants one: its messages are
eight times as long.
"""

from collections.abc import Iterator, Mapping, Sequence

from ccontrol.drivers.enip.frames import Reply, reply, several
from ccontrol.drivers.enip.request import Request
from ccontrol.drivers.enip.status import MORE, NOT_SUPPORTED, SUCCESS
from ccontrol.drivers.logix import questions, symbols, templates
from ccontrol.drivers.logix.conversation import Conversation
from ccontrol.drivers.logix.memory import Remembered, TemplateKey
from ccontrol.drivers.logix.symbols import MOST_SYMBOLS, Scope, Symbol
from ccontrol.drivers.logix.templates import Head
from ccontrol.errors import GarbledError

_MOST_PROGRAMS = 4_096
_ANSWER_BYTES = 4
"""Before the data of any answer."""
_PACKET_BYTES = 8
"""Of a Multiple Service Packet beside its messages: service, path, count."""
_MOST_IN_PACKET = 200


async def open_connection(talk: Conversation, known: Remembered) -> str:
    """Open the largest connection that the controller grants; say what came of it."""
    for large in (False,) if known.small_only else (True, False):
        opened = await talk.open(large=large)
        if opened is not None and not opened.status:
            return f"{talk.message_bytes} bytes"
        known.small_only = known.small_only or large
    return "refused"


class Program:
    """The structure of one controller's program, as it is asked for."""

    def __init__(
        self,
        talk: Conversation,
        known: Remembered,
        lists: Mapping[str, tuple[bytes, ...]],
        *,
        with_access: bool,
    ) -> None:
        self._talk, self._known, self._with_access = talk, known, with_access
        self._lists = lists
        self._wanted: set[int] = set()
        self._seen: set[int] = set()
        self._in_packets = True
        self.kept: dict[TemplateKey, tuple[bytes, ...]] = {}
        """Templates to remember for the next poll."""
        self.lists: dict[str, tuple[bytes, ...]] = {}
        """Symbol lists by scope."""
        self.whole = True
        """False where one of the lists broke off or was refused: then none is to be remembered."""

    async def read(self) -> None:
        """Read symbols and templates. Raises what ends the poll."""
        found = await self._scope("")
        programs = sorted({one.name for one in found if one.scope is Scope.PROGRAM})
        for name in programs[:_MOST_PROGRAMS]:
            if questions.is_program(name):
                await self._scope(name)
        while self._wanted:
            now, self._wanted = sorted(self._wanted), set()
            self._seen.update(now)
            for instance, head in await self._heads(now):
                await self._template(instance, head)

    async def _scope(self, scope: str) -> list[Symbol]:
        pages = _Pages(scope, with_access=self._with_access)
        question = questions.of_scope(scope)
        if (answers := self._lists.get(scope)) is not None:
            self._talk.recall(question, answers)
            for one in answers:
                pages.follow(reply(one))
        else:
            await self._talk.read(question, pages.request(0), pages.follow)
            answers = self._talk.exchanges[-1].answers
        self.lists[scope] = answers
        self.whole = self.whole and pages.whole
        self._want(one.template for one in pages.found if not one.hidden)
        return pages.found

    def _want(self, instances: Iterator[int | None]) -> None:
        self._wanted.update(one for one in instances if one is not None and one not in self._seen)

    async def _heads(self, instances: Sequence[int]) -> list[tuple[int, Head]]:
        """Ask which structures these are, as many at once as an answer has room for."""
        found: list[tuple[int, Head]] = []
        at = 0
        while at < len(instances):
            batch = instances[at : at + self._batch()]
            replies = await self._some_heads(batch)
            if replies is None:
                self._in_packets = False
                continue
            found += [(one, head) for one, head in zip(batch, replies, strict=False) if head]
            at += len(batch)
        return found

    def _batch(self) -> int:
        if not self._in_packets:
            return 1
        room = self._talk.message_bytes - _ANSWER_BYTES - _PACKET_BYTES
        return min(max(room // (templates.HEAD_REPLY_BYTES + 2), 1), _MOST_IN_PACKET)

    async def _some_heads(self, instances: Sequence[int]) -> list[Head | None] | None:
        """Return the heads in the order asked, None for one that was not had.

        None in place of the list: the controller takes no packets.
        """
        question = questions.heads_of(instances)
        if not self._in_packets:
            one = await self._talk.ask(question, questions.head_of(instances[0]))
            return [_head(one)]
        requests = [questions.head_of(one) for one in instances]
        answer = await self._talk.ask_several(question, requests)
        if answer is not None and answer.status in NOT_SUPPORTED:
            return None
        return [_head(one) for one in several(answer)]

    async def _template(self, instance: int, head: Head) -> None:
        question = f"{questions.TEMPLATE} {instance:03X}"
        answers = self._known.templates.get((instance, head))
        if answers is not None:
            self._talk.recall(question, answers)
            replies = tuple(map(reply, answers))
        else:
            pieces = _Pieces(instance, head.readable_bytes)
            replies = await self._talk.read(question, pieces.request(), pieces.follow)
            answers = self._talk.exchanges[-1].answers
        try:
            one = templates.template(templates.joined(replies), head.members)
        except GarbledError:
            return  # a fact for the decoder; it is not remembered, and asked for again
        self.kept[instance, head] = answers
        self._want(iter(one.nested))


class _Pages:
    """The pages of one symbol list. A list that does not go on is garbled: it never ends."""

    def __init__(self, scope: str, *, with_access: bool) -> None:
        self._scope, self._with_access = scope, with_access
        self.found: list[Symbol] = []
        self.whole = False

    def request(self, instance: int) -> Request:
        return questions.symbols_from(self._scope, instance, with_access=self._with_access)

    def follow(self, answer: Reply) -> Request | None:
        if answer.status not in (SUCCESS, MORE):
            return None
        last = self.found[-1].instance if self.found else -1
        new = symbols.page(answer.data, with_access=self._with_access)
        self.found += new
        if answer.status == SUCCESS:
            self.whole = True
            return None
        if not new or new[-1].instance <= last or len(self.found) > MOST_SYMBOLS:
            raise GarbledError(f"a list of symbols does not end after {len(self.found)}")
        return self.request(new[-1].instance + 1)


class _Pieces:
    """The pieces of one template's description."""

    def __init__(self, instance: int, size: int) -> None:
        self._instance, self._size, self._had = instance, size, 0

    def request(self) -> Request:
        return questions.template_from(self._instance, self._had, self._size - self._had)

    def follow(self, answer: Reply) -> Request | None:
        if answer.status != MORE:
            return None
        self._had += len(answer.data)
        if not answer.data or self._had >= self._size:
            raise GarbledError(f"a template of {self._size} bytes does not end after {self._had}")
        return self.request()


def _head(answer: Reply | None) -> Head | None:
    try:
        return None if answer is None else templates.head(answer)
    except GarbledError:
        return None
