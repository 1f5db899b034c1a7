"""Two function block diagrams → what changed, block by block.

Blocks and outputs are known by their names; a function without one by what flows into it and where
it is used. What the exchanged expressions mean is `terms`' business.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

from ccontrol.diff.programs.changes import LogicChange, LogicKind, Place
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.lines import align, line_diffs
from ccontrol.diff.programs.severity import severity_of
from ccontrol.diff.programs.statement_pairs import likest
from ccontrol.diff.programs.statements import Said, TextDiff
from ccontrol.diff.programs.terms import computes, differences, pin_differences, shown
from ccontrol.logic.diagram import FUNCTION, Block, Diagram, Flow, parse, term
from ccontrol.logic.ladder.mnemonics import BUILT_IN
from ccontrol.logic.printable import shortened

_ALIKE = 0.3
"""Functions of one type that share less of their inputs and users are two."""
_MOST_CHARS = 20_000
"""A longer expression is not taken apart."""
_MOST_SHOWN = 100
_WORD = re.compile(r"[\w.#]+")
_NOT_WIRED = "not wired"
_STANDARD = frozenset(
    {"AND", "OR", "XOR", "NOT", "SEL", "MUX", "MIN", "MAX", "LIMIT", "TP", "SR", "RS"}
)


def diff_fbd(before: str, after: str, effort: Effort) -> TextDiff:
    """Hold two diagrams against each other."""
    old, new = before.splitlines(), after.splitlines()
    lines = line_diffs(old, new, align(old, new, effort).pairs)
    ours, theirs = parse(before), parse(_with_names(parse(before), after, effort))
    changes = tuple(_changes(ours, theirs))
    if not changes and before != after:
        said = Said(LogicKind.LAYOUT, "written otherwise; every block is as it was")
        changes = (_change(said, None, None, ""),)
    return TextDiff(changes, lines)


def _changes(before: Diagram, after: Diagram) -> Iterator[LogicChange]:
    if before.title != after.title:
        said = f"`{before.title}` became `{after.title}`"
        yield _change(Said(LogicKind.SETTING, said), Flow(1, ""), Flow(1, ""), "")
    names = dict.fromkeys((*before.blocks, *after.blocks))
    for name in names:
        old, new = before.blocks.get(name), after.blocks.get(name)
        if old is None or new is None:
            yield from _on_one_side(old, new)
        else:
            yield from _inside(old, new)
    yield from _execution(before, after)
    yield from _words(before, after)


def _on_one_side(old: Block | None, new: Block | None) -> Iterator[LogicChange]:
    block = new or old
    if block is None:
        return
    at = Flow(block.line, "")
    if new is None:
        yield _change(_departure(block), at, None, block.name)
    else:
        yield _change(_arrival(block), None, at, block.name)


def _arrival(block: Block) -> Said:
    if _NOT_WIRED in block.kind:
        return Said(LogicKind.LAYOUT, f"{block.name} stands there and is not wired")
    if block.kind or not block.inputs:
        return Said(LogicKind.INSTRUCTION_ADDED, f"{_titled(block)} added{_contents(block)}")
    said = f"{block.name} is driven by {_flows(block)} now"
    if " (" in block.name:
        return Said(LogicKind.BYPASS_ADDED, f"{said}, too: it was driven already")
    return Said(LogicKind.INSTRUCTION_ADDED, said)


def _departure(block: Block) -> Said:
    if _NOT_WIRED in block.kind:
        return Said(LogicKind.LAYOUT, f"{block.name}, which was not wired, is gone")
    if not block.kind and block.inputs:
        said = f"{block.name} is not driven here any more, was by {_flows(block)}"
        return Said(LogicKind.COIL_REMOVED, said)
    if FUNCTION.fullmatch(block.name) or computes(block.kind) in BUILT_IN | _STANDARD:
        return Said(LogicKind.INSTRUCTION_REMOVED, f"{_titled(block)} removed")
    return Said(LogicKind.CALL_REMOVED, f"{_titled(block)} removed")


def _titled(block: Block) -> str:
    kind = _type(block)
    return f"{kind} {block.name}" if kind and kind != block.name else block.name


def _contents(block: Block) -> str:
    words = [f"{pin} {shown(term(flow.said[:_MOST_CHARS]))}" for pin, flow in block.inputs.items()]
    return f": {shortened(', '.join(words), _MOST_SHOWN)}" if words else ""


def _flows(block: Block) -> str:
    return ", ".join(shown(term(flow.said[:_MOST_CHARS])) for flow in block.inputs.values())


def _type(block: Block) -> str:
    function = FUNCTION.fullmatch(block.name)
    return function["type"] if function else block.kind


def _inside(old: Block, new: Block) -> Iterator[LogicChange]:
    """Yield what changed in a block that is on both sides."""
    sides = (Flow(old.line, ""), Flow(new.line, ""))
    if _type(old) != _type(new):
        said = Said(LogicKind.INSTRUCTION_CHANGED, f"{_type(old)} became {_type(new)}")
        if computes(_type(old)) == computes(_type(new)):
            said = replace(said, kind=LogicKind.MNEMONIC_ONLY)
        yield _change(said, *sides, new.name)
    yield from _inputs(old, new)
    for was, now, kind in (
        (old.outputs, new.outputs, LogicKind.OPERAND),
        (old.settings, new.settings, LogicKind.SETTING),
    ):
        for pin in dict.fromkeys((*was, *now)):
            yield from _flow(new.name, pin, was.get(pin), now.get(pin), kind)


def _inputs(old: Block, new: Block) -> Iterator[LogicChange]:
    """Yield what flows in otherwise; of functions like AND not at which pin."""
    op = computes(_type(new))
    pins = list(dict.fromkeys((*old.inputs, *new.inputs)))
    changed = [pin for pin in pins if _said(old, pin) != _said(new, pin)]
    if not changed:
        return
    flows = (*old.inputs.values(), *new.inputs.values())
    if any(len(flow.said) > _MOST_CHARS for flow in flows):
        said = Said(LogicKind.NOT_COMPARED, "what flows in differs; it is too long to be compared")
        yield _change(said, Flow(old.line, ""), Flow(new.line, ""), new.name)
        return
    if len(changed) == 1 and (pin := changed[0]) in old.inputs and pin in new.inputs:
        name = f"{new.name}.{pin}" if pin else new.name
        for said in differences(term(old.inputs[pin].said), term(new.inputs[pin].said)):
            yield _change(said, old.inputs[pin], new.inputs[pin], new.name, name)
        return
    ours = [(pin, term(flow.said)) for pin, flow in old.inputs.items()]
    theirs = [(pin, term(flow.said)) for pin, flow in new.inputs.items()]
    first = next((pin for pin in changed if pin in new.inputs), "")
    at = (old.inputs.get(first, Flow(old.line, "")), new.inputs.get(first, Flow(new.line, "")))
    for said in pin_differences(op, ours, theirs):
        yield _change(said, *at, new.name)


def _said(block: Block, pin: str) -> str | None:
    return block.inputs[pin].said if pin in block.inputs else None


def _flow(
    block: str, pin: str, was: Flow | None, now: Flow | None, kind: LogicKind
) -> Iterator[LogicChange]:
    old, new = was.said if was else None, now.said if now else None
    if old == new:
        return
    name = f"{block}.{pin}" if pin else block
    words = [f"`{shortened(each, _MOST_SHOWN)}`" for each in (old, new) if each is not None]
    if old is not None and new is not None:
        said = " became ".join(words)
    else:
        said = f"{words[0]} {'removed' if new is None else 'added'}"
    if kind is LogicKind.OPERAND and new is None:
        kind = LogicKind.COIL_REMOVED
    yield _change(Said(kind, said), was, now, block, name)


def _execution(before: Diagram, after: Diagram) -> Iterator[LogicChange]:
    """Yield that blocks run in another order; numbers that only shifted say nothing."""
    both = [name for name in before.blocks if name in after.blocks]
    ours = sorted(both, key=lambda name: _turn(before.blocks[name]))
    theirs = sorted(both, key=lambda name: _turn(after.blocks[name]))
    if ours != theirs:
        first = next(new for old, new in zip(ours, theirs, strict=True) if old != new)
        said = Said(LogicKind.EXECUTION, f"{first} is executed at another turn")
        was, now = before.blocks[first].line, after.blocks[first].line
        yield _change(said, Flow(was, ""), Flow(now, ""), first)


def _turn(block: Block) -> tuple[int, str]:
    return (int(block.order) if block.order.isdecimal() else 0, block.order)


def _words(before: Diagram, after: Diagram) -> Iterator[LogicChange]:
    """Yield which words for people changed."""
    ours, theirs = (before.comments, after.comments)
    known, new = {flow.said for flow in ours}, {flow.said for flow in theirs}
    gone = [flow for flow in ours if flow.said not in new]
    came = [flow for flow in theirs if flow.said not in known]
    for old, now in zip_longest(gone, came):
        words = [f'"{shortened(one.said, _MOST_SHOWN)}"' for one in (old, now) if one is not None]
        done = "became" if len(words) > 1 else "removed" if now is None else "added"
        said = (
            f"comment {words[0]} {done} {words[1]}"
            if done == "became"
            else f"comment {done}: {words[0]}"
        )
        yield _change(Said(LogicKind.COMMENT, said), old, now, "")


def _change(
    said: Said, before: Flow | None, after: Flow | None, block: str, where: str = ""
) -> LogicChange:
    at = where or block
    sentence = said.sentence
    if at and not sentence.startswith((at, f"{at} ")) and f" {at} " not in f" {sentence} ":
        sentence = f"{at}: {sentence}"
    return LogicChange(
        said.kind,
        severity_of(said.kind),
        sentence,
        Place(before.line, block) if before else None,
        Place(after.line, block) if after else None,
    )


def _with_names(before: Diagram, text: str, effort: Effort) -> str:
    """Return the newer text with the functions that have no name called as in the older one.

    Their marks tell what flows in or where they stood, so one edit renames all that follow.
    """
    after = parse(text)
    ours, theirs = _functions(before), _functions(after)
    if ours.keys() == theirs.keys() and ours == theirs:
        return text
    names: dict[str, str] = {}
    for kind in {_type(before.blocks[name]) for name in ours}:
        old = [name for name in ours if _type(before.blocks[name]) == kind]
        new = [name for name in theirs if _type(after.blocks[name]) == kind]
        pairs = likest(
            {i: ours[name] for i, name in enumerate(old)},
            {j: theirs[name] for j, name in enumerate(new)},
            _ALIKE,
            effort,
        )
        names |= {new[j]: old[i] for i, j in pairs}
    names |= {name: f"{name}_new" for name in theirs if name not in names and name in ours}
    return FUNCTION.sub(lambda found: names.get(found.group(), found.group()), text)


def _functions(diagram: Diagram) -> Mapping[str, list[str]]:
    """Return the functions without a name: what flows in, and who uses them, as words."""
    users: dict[str, list[str]] = {}
    for block in diagram.blocks.values():
        for pin, flow in block.inputs.items():
            for found in FUNCTION.finditer(flow.said):
                users.setdefault(found.group(), []).append(f"=> {_masked(block.name)}.{pin}")
    return {
        name: [*_inflow(block), *sorted(users.get(name, []))]
        for name, block in diagram.blocks.items()
        if FUNCTION.fullmatch(name)
    }


def _inflow(block: Block) -> Iterator[str]:
    for pin, flow in sorted(block.inputs.items()):
        said = _masked(flow.said)
        yield f"{pin} := {said}"
        yield from _WORD.findall(said)


def _masked(text: str) -> str:
    return FUNCTION.sub(lambda found: found["type"], text)
