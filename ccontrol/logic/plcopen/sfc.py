"""SFC bodies of TC6 XML → steps, their actions, and which transition leads from where to where."""

from collections import deque
from collections.abc import Iterator, Mapping

from ccontrol.logic.plcopen.network import COMMENT, Item, items
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import child

_LEAST_EFFORT, _EFFORT_PER_ITEM = 10_000, 50
"""Wires that are followed in one chart; one that people drew needs a few for each element."""
_ENDS = frozenset({"step", "macroStep", "jumpStep"})


def lines(body: Element) -> tuple[list[str], int]:
    """Return the lines of a chart, in the file's order, and how many ways were not followed."""
    found = items(body)
    onward: dict[str, list[str]] = {}
    back: dict[str, list[str]] = {}
    for key, item in found.items():
        back[key] = [wire.source for pin in item.inputs for wire in pin.wires]
        for source in back[key]:
            onward.setdefault(source, []).append(key)
    effort = _Effort(_LEAST_EFFORT + _EFFORT_PER_ITEM * len(found))
    said: list[str] = []
    for key, item in found.items():
        if item.kind in {"step", "macroStep"}:
            said += _step(item, [found[user] for user in onward.get(key, ())])
        elif item.kind == "transition":
            ends = (", ".join(effort.reached(key, ways, found)) for ways in (back, onward))
            sources, targets = (end or "nothing" for end in ends)
            said.append(f"TRANSITION {sources} -> {targets}{_priority(item)}")
            said += _condition(item, found)
        elif item.kind == COMMENT:
            said += (f"// {printable(line.rstrip())}" for line in item.text.splitlines())
    return said, effort.given_up


def _step(item: Item, users: list[Item]) -> Iterator[str]:
    first = " (initial)" if item.element.get("initialStep") == "true" else ""
    yield f"{_kind(item)} {_name(item)}{first}"
    for user in users:
        if user.kind == "actionBlock":
            yield from _actions(user.element)


def _priority(item: Item) -> str:
    priority = item.element.get("priority", "0")
    return f" (priority {printable(priority)})" if priority not in {"", "0"} else ""


class _Effort:
    """Follows ways through a chart, all of them together no further than so many wires.

    Every transition of a made chart may reach every step of it.
    """

    def __init__(self, wires: int) -> None:
        self._left = wires
        self.given_up = 0

    def reached(
        self, start: str, ways: Mapping[str, list[str]], found: Mapping[str, Item]
    ) -> list[str]:
        """Return the steps next to a transition, through all divergences and convergences."""
        met, waiting = {start}, deque(ways.get(start, ()))
        steps: list[str] = []
        while waiting and self._left > 0:
            self._left -= 1
            key = waiting.popleft()
            if key in met or key not in found:
                continue
            met.add(key)
            if found[key].kind in _ENDS:
                steps.append(_name(found[key]))
            elif _is_flow(found[key]):
                steps += self._how(found[key].kind, met)
                waiting += ways.get(key, ())
        if waiting:
            self.given_up += 1
            steps.append("and what was not followed")
        return steps

    @staticmethod
    def _how(kind: str, met: set[str]) -> list[str]:
        """Return the word for ways that are gone at once, the first time it is met."""
        word = f"[{kind}]"
        if "simultaneous" not in kind or word in met:
            return []
        met.add(word)
        return [word]


def _is_flow(item: Item) -> bool:
    return item.kind.endswith(("Divergence", "Convergence"))


def _actions(block: Element) -> Iterator[str]:
    for action in block:
        if name_of(action) != "action":
            continue
        reference, inline = child(action, "reference"), child(action, "inline")
        name = reference.get("name", "?") if reference is not None else ""
        timing = "".join(
            f" {word} {action.get(word)}" for word in ("duration",) if action.get(word)
        )
        yield printable(f"  {action.get('qualifier', 'N')}{timing} {name}").rstrip()
        yield from _code(inline)


def _condition(item: Item, found: Mapping[str, Item]) -> Iterator[str]:
    condition = child(item.element, "condition")
    for each in () if condition is None else condition:
        if name_of(each) == "inline":
            yield from _code(each)
        elif name_of(each) == "reference":
            yield f"  {'NOT ' * (condition is not None and condition.get('negated') == 'true')}" + (
                printable(each.get("name", "?"))
            )
        elif name_of(each) == "connectionPointIn":
            said = (
                found[at.get("refLocalId", "")].text
                for at in each
                if at.get("refLocalId", "") in found
            )
            yield printable(f"  {' OR '.join(said)}").rstrip()


def _code(holder: Element | None) -> Iterator[str]:
    said = "" if holder is None else "".join(str(text) for text in holder.itertext())
    for line in said.strip().splitlines():
        yield f"    {printable(line.strip().expandtabs(4))}"


def _kind(item: Item) -> str:
    return "STEP" if item.kind == "step" else "MACRO STEP"


def _name(item: Item) -> str:
    jump = item.element.get("targetName")
    return printable(jump or item.element.get("name") or "?")
