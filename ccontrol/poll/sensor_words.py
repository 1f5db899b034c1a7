"""What a sensor may say at the socket: acts that passed as packets, in words that are known. Pure.

A sensor reads hostile packets, and may be taken over by them. It must not be able to speak as the
controller itself, nor with what breaks those who read it later: a terminal, a record, a memory.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ccontrol.canonical.witness import Act
from ccontrol.model.engineering import EngineeringEvent, Reach, Touched, Witness
from ccontrol.model.witness import Watch
from ccontrol.poll.addresses import as_ip
from ccontrol.sources.actions import ACTIONS

LONGEST_WORD: Final = 1_024
MOST_OBJECTS: Final = 256
"""As many as an event lists (sources.folding)."""
MOST_WORDS: Final = 8_192
AHEAD: Final = timedelta(days=1)
"""Clocks may differ, also by a time zone; what is further in the future is made up."""
_OF_PACKETS: Final = frozenset({Witness.LIVE, Witness.RECORDING, Witness.ZEEK, Witness.SURICATA})


def objection(said: EngineeringEvent | Watch | Act, now: datetime) -> str:
    """Return why no sensor says such a thing; "" for what one may say."""
    match said:
        case Act():
            return _of_words((said.controller, said.actor))
        case Watch():
            words = (said.sensor, *(address for address, _ in said.heard))
            return _of_times(said.since, said.until, now) or _of_words(words)
        case EngineeringEvent():
            return (
                _of_act(said) or _of_times(said.first, said.last, now) or _of_words(_words_of(said))
            )


def _of_act(event: EngineeringEvent) -> str:
    if event.testimony.witness not in _OF_PACKETS or event.reach is not Reach.NETWORK:
        return "it speaks as if it were the controller itself"
    meaning = ACTIONS.get(event.action)
    if meaning is None or meaning.effect is not event.effect:
        return "an act that nobody knows, or with another effect than it has"
    for address in (event.controller.address, event.actor.address):
        if address and not as_ip(address):
            return "an address that is none"
    return "" if len(event.objects) <= MOST_OBJECTS else "more objects than an event lists"


def _of_times(since: datetime, until: datetime, now: datetime) -> str:
    if since > until:
        return "it ends before it begins"
    return "" if until - now <= AHEAD else "a time that is yet to come"


def _of_words(words: Iterator[str] | tuple[str, ...]) -> str:
    for number, word in enumerate(words):
        if number >= MOST_WORDS or len(word) > LONGEST_WORD:
            return "more words, or longer ones, than anybody needs"
        if not word.isprintable():
            return "a word with signs that no terminal should get"
    return ""


def _words_of(event: EngineeringEvent) -> Iterator[str]:
    target, actor, seen = event.controller, event.actor, event.testimony
    yield from (event.protocol, target.address, target.mac, actor.address, actor.mac, seen.name)
    yield from (*event.techniques, *target.route, *event.outcome.errors, *seen.weaknesses)
    for claim in actor.claims:
        yield from (claim.kind, claim.value)
    for touched in event.objects:
        yield from _words_of_thing(touched)


def _words_of_thing(touched: Touched) -> Iterator[str]:
    yield from (touched.kind, touched.name, touched.sha256, *touched.outcome.errors)
    for name, value in touched.facts:
        yield from (name, value)
