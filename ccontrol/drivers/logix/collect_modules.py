"""Asking who sits in the slots of the controller's chassis.

A slot that gives no module is asked again after the others, unless it gave none in the last poll
already; and what held a module before, by what this process saw or by the history, counts as empty
only when several polls in a row found nothing: see `memory.CONFIRMED_BY`.
"""

from ccontrol.drivers.enip.request import Route
from ccontrol.drivers.enip.status import is_silent, leads_nowhere
from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.conversation import Conversation
from ccontrol.drivers.logix.memory import CONFIRMED_BY, Remembered
from ccontrol.drivers.logix.models import FIRMWARE, slot_key
from ccontrol.drivers.logix.options import LogixOptions

_BACKPLANE = 1


def chassis_of(route: Route) -> Route | None:
    """Return the way to the controller's backplane; None where the route ends on none."""
    if not route or route[-1][0] != _BACKPLANE or not route[-1][1].isdecimal():
        return None
    return route[:-1]


async def ask(
    talk: Conversation, options: LogixOptions, known: Remembered, seated: frozenset[str] | None
) -> tuple[int, ...]:
    """Ask all slots; return those that held a module, give none, and are not yet counted empty.

    `seated` is what the history knows (see `Ask.seated`); where nobody can tell, any slot may have
    held one.
    """
    chassis = chassis_of(options.route)
    if chassis is None:
        return ()
    silent = [slot for slot in options.slots if not await _sits_there(talk, chassis, slot, known)]
    before, known.silent = known.silent, set()
    missing = []
    for slot in silent:
        if slot not in before and await _sits_there(talk, chassis, slot, known):
            continue
        known.silent.add(slot)
        if seated is None or f"{FIRMWARE}/{slot_key(slot)}" in seated:
            known.slots.setdefault(slot, 0)
        if slot not in known.slots:
            continue
        known.slots[slot] += 1
        if known.slots[slot] > CONFIRMED_BY:
            del known.slots[slot]
        else:
            missing.append(slot)
    return tuple(missing)


async def _sits_there(talk: Conversation, chassis: Route, slot: int, known: Remembered) -> bool:
    """Ask one slot; False where it gives no module. A way that failed says nothing of the slot."""
    way = (*chassis, (_BACKPLANE, str(slot)))
    request = questions.ONE[questions.IDENTITY]
    reply = await talk.ask(f"{questions.SLOT} {slot}", request, route=way)
    if reply is not None and not reply.status:
        known.slots[slot] = 0
    return reply is None or not (leads_nowhere(reply) or is_silent(reply))
