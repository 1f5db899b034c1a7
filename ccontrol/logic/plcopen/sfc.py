"""SFC bodies of TC6 XML → steps, their actions, and which transition leads from where to where."""

from collections.abc import Iterator, Mapping

from ccontrol.logic.plcopen.network import COMMENT, Item, items
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import child

_ENDS = frozenset({"step", "macroStep", "jumpStep"})
_TELLS = frozenset({*_ENDS, "transition"})


def lines(body: Element) -> Iterator[str]:
    """Yield the lines of a chart, in the file's order."""
    found = items(body)
    onward: dict[str, list[str]] = {}
    back: dict[str, list[str]] = {}
    for key, item in found.items():
        back[key] = [wire.source for pin in item.inputs for wire in pin.wires]
        for source in back[key]:
            onward.setdefault(source, []).append(key)
    for key, item in found.items():
        if item.kind in {"step", "macroStep"}:
            yield from _step(item, [found[user] for user in onward.get(key, ())])
        elif item.kind == "transition":
            sources = ", ".join(_reached(key, back, found)) or "nothing"
            targets = ", ".join(_reached(key, onward, found)) or "nothing"
            yield f"TRANSITION {sources} -> {targets}{_priority(item)}"
            yield from _condition(item, found)
        elif item.kind == COMMENT:
            yield from (f"// {printable(line.rstrip())}" for line in item.text.splitlines())


def _step(item: Item, users: list[Item]) -> Iterator[str]:
    first = " (initial)" if item.element.get("initialStep") == "true" else ""
    yield f"{_kind(item)} {_name(item)}{first}"
    for user in users:
        if user.kind == "actionBlock":
            yield from _actions(user.element)


def _priority(item: Item) -> str:
    priority = item.element.get("priority", "0")
    return f" (priority {printable(priority)})" if priority not in {"", "0"} else ""


def _reached(start: str, ways: Mapping[str, list[str]], found: Mapping[str, Item]) -> list[str]:
    """Return the steps next to a transition, through all divergences and convergences."""
    met, waiting, steps = {start}, list(ways.get(start, ())), []
    while waiting:
        key = waiting.pop(0)
        if key in met or key not in found:
            continue
        met.add(key)
        if found[key].kind in _ENDS:
            steps.append(_name(found[key]))
        elif found[key].kind not in _TELLS and _is_flow(found[key]):
            how = f" [{found[key].kind}]" if "simultaneous" in found[key].kind else ""
            steps += [how.strip()] if how and how.strip() not in steps else []
            waiting += ways.get(key, ())
    return steps


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
