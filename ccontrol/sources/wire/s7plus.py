"""S7CommPlus (S7-1200/1500), versions 1 to 3, as long as it is not encrypted.

Version 3 puts a digest before each piece; the body stays in clear. A load creates objects below the
program or the hardware; which object, and its name, stand in the first piece of the request. Values
of passwords and of answers to challenges are never read: only the number of the attribute is.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from typing import Final

from ccontrol.sources.acts import OK, Act, Conversation
from ccontrol.sources.wire.answers import Waiting
from ccontrol.sources.wire.s7_objects import (
    OWN_OBJECTS,
    area_name,
    created,
    is_dynamic,
    name_of,
    strings,
    word,
)
from ccontrol.sources.wire.vlq import vlq

_REQUEST, _RESPONSE = 0x31, 0x32
_KINDS: Final = frozenset({_REQUEST, _RESPONSE, 0x33})
"""The last is a notification."""
_CREATE, _DELETE, _SET, _SET_MULTI = 0x04CA, 0x04D4, 0x04F2, 0x0542
_BEGIN, _END, _INVOKE, _SET_STREAM, _INIT_SSL = 0x0556, 0x0560, 0x056B, 0x057C, 0x05B3
_OF_INTEREST: Final = frozenset(
    {_CREATE, _DELETE, _SET, _SET_MULTI, _BEGIN, _END, _INVOKE, _SET_STREAM, _INIT_SSL}
)
_PLAIN: Final = {
    _BEGIN: ("transaction.begin", "transaction"),
    _END: ("transaction.end", "transaction"),
    _INVOKE: ("object.command", "method"),
}
_HEAD: Final = 14
"""Of a request: kind, function, number, session, then what it is about."""
_EXECUTION, _OPERATING_STATE = 0x34, 2167
_STATES: Final = {1: "mode.stop", 3: "mode.run"}
_CREDENTIALS: Final = frozenset({303, 304, 1846})
"""Attributes of a session: challenge, answer, and the later form of the answer."""
_CREDIT: Final = 1053
"""Of a subscription: how many more messages its owner takes. Set again and again."""
_SESSION_CLASS: Final = 287
_PROGRAM_PARENTS: Final = frozenset({1, 2, 3})
_NAME_ATTRIBUTE: Final = 233
_NAMES_OF_STATIONS: Final = frozenset({233, 289, 296, 297, 298})
"""Attributes of a session in which stations name themselves, their network card, their program."""


class S7CommPlus:
    """One connection's S7CommPlus messages."""

    def __init__(self, flow: Conversation) -> None:
        self._flow = flow
        self._waiting: Waiting[int, Act, bytes] = Waiting()
        self._begun: dict[bool, Act | None] = {}
        """By direction: a request whose later pieces are still to come."""
        self._own: set[int] = set()
        """Objects of the session itself."""
        self._loading = False
        """Between the beginning and the end of a transaction, with nothing loaded yet."""

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one message or a piece of one."""
        version, size = message[1], message[2] << 8 | message[3]
        if version not in (1, 2, 3):
            return  # 0xFE: an event, 0xFF: a sign of life
        begin = 5 + message[4] if version == 3 else 4
        body = message[begin : 4 + size]
        last = len(message) >= 8 + size
        if from_server in self._begun:
            act = self._begun[from_server]
            if act is not None:
                act.grow(len(body))
            if last:
                del self._begun[from_server]
                self._flow.midway = bool(self._begun)
            return
        act = self._first(body)
        if not last:
            self._begun[from_server] = act
            self._flow.midway = True

    def _first(self, body: bytes) -> Act | None:
        kind, function = body[0], word(body, 3, 2)
        if kind == _RESPONSE:
            self._response(body, word(body, 7, 2))
            return None
        if kind not in _KINDS:
            self._flow.tear()
            return self._orphan() if self._loading else None
        if kind != _REQUEST or function not in _OF_INTEREST:
            return None
        session = word(body, 9, 4)
        act = self._act(function, body[_HEAD:], session)
        if act is None:
            return None
        act.size = len(body) - _HEAD if act.action == "program.download" else None
        self._loading = act.action == "transaction.begin"
        self._flow.tell(act)
        early = self._waiting.asked(word(body, 7, 2), act, self._flow.messages)
        if early is not None:
            self._settle(act, early)
        return act

    def _orphan(self) -> Act:
        """Tell a load whose first piece was lost: in a transaction nothing else is so large."""
        self._loading = False
        act = _act("program.download", "object")
        act.size = 0
        self._flow.tell(act)
        return act

    def _act(self, function: int, body: bytes, session: int) -> Act | None:
        if function == _CREATE:
            return self._create(body)
        if function == _DELETE:
            return self._delete(word(body, 0, 4), session)
        if function == _SET_MULTI:
            return self._set_multi(body, session)
        if function in (_SET, _SET_STREAM):
            return self._set(body, session)
        if function == _INIT_SSL:
            self._flow.encrypted()
            return None
        name = strings(body).get(_NAME_ATTRIBUTE, "") if function == _BEGIN else ""
        return _act(*_PLAIN[function], name)

    def _create(self, body: bytes) -> Act:
        parent = word(body, 0, 4)
        made = created(body)
        texts = strings(body)
        if made.kind_id == _SESSION_CLASS:
            for attribute in sorted(_NAMES_OF_STATIONS & texts.keys()):
                self._flow.claim("s7plus-session", texts[attribute])
            return _act("session.open", "session")
        name = name_of(made.ident) or texts.get(_NAME_ATTRIBUTE, "")
        if made.in_program or parent in _PROGRAM_PARENTS:
            act = _act("program.download", made.kind, name)
            label = texts.get(_NAME_ATTRIBUTE, "")
            act.facts = (("name", label),) if label and label != name else ()
            return act
        return _act("object.command", "object", texts.get(_NAME_ATTRIBUTE, "")[:64])

    def _delete(self, ident: int, session: int) -> Act:
        if self._is_own(ident, session):
            return _act("object.command", "object", f"{ident:08X}")
        return _act("program.delete", "object", name_of(ident) or f"{ident:08X}")

    def _is_own(self, ident: int, session: int) -> bool:
        return ident == session or ident in self._own or is_dynamic(ident)

    def _set(self, body: bytes, session: int) -> Act:
        ident = word(body, 0, 4)
        attribute, at = vlq(body, 5)
        if attribute in _CREDENTIALS:
            return _credential()
        if ident == _EXECUTION and attribute == _OPERATING_STATE:
            return _act(_STATES.get(body[at + 2], "mode.set"), "mode")
        if area_name(ident):
            return _act("variable.write", "variable", area_name(ident))
        if attribute == _CREDIT or self._is_own(ident, session):
            return _act("object.command", "object", f"{ident:08X}")
        return _act("attribute.set", "attribute", f"{name_of(ident) or f'{ident:08X}'}/{attribute}")

    def _set_multi(self, body: bytes, session: int) -> Act:
        ident = word(body, 0, 4)
        _, at = vlq(body, 4)
        fields, at = vlq(body, at)
        if ident == 0:
            _, at = vlq(body, at)  # a checksum over the symbol's name
            area, _ = vlq(body, at)
            return self._written(area, session)
        attributes = set()
        for _ in range(min(fields, 64)):
            attribute, at = vlq(body, at)
            attributes.add(attribute)
        if attributes & _CREDENTIALS:
            return _credential()
        if self._is_own(ident, session):
            return _act("object.command", "object", f"{ident:08X}")
        return _act("attribute.set", "attribute", name_of(ident) or f"{ident:08X}")

    def _written(self, area: int, session: int) -> Act:
        if self._is_own(area, session):
            return _act("object.command", "object", f"{area:08X}")
        return _act("variable.write", "variable", area_name(area) or f"{area:08X}")

    def _response(self, body: bytes, reference: int) -> None:
        act = self._waiting.answered(reference)
        if act is not None:
            self._settle(act, body)
        elif self._flow.overtaken:
            self._waiting.early(reference, body, self._flow.messages)

    def _settle(self, act: Act, body: bytes) -> None:
        """Read what a request returned: an error's low word is negative.

        A CPU of the S7-1200 returns 0x11 for a session that it opens.
        """
        result, at = vlq(body, 10, longest=9)
        failed = bool(result & 0x8000)
        if not failed and act.action == "session.open" and len(self._own) < OWN_OBJECTS:
            self._remember(body, at)
        act.settle(f"{result & 0xFFFF:04X}" if failed else OK)

    def _remember(self, body: bytes, at: int) -> None:
        """Note the objects that came into being with the session."""
        for _ in range(min(body[at], OWN_OBJECTS)):
            ident, at = vlq(body, at + 1)
            self._own.add(ident)
            at -= 1


def _act(action: str, kind: str = "", name: str = "") -> Act:
    return Act("s7commplus", action, kind, name)


def _credential() -> Act:
    act = _act("credential.use", "session")
    act.redacted = True
    return act
