r"""Ladder as lines that a person reviews: one instruction a line, exact both ways.

    RUNG {I} -> Motor_Run        a rung, its pending edit, what it drives (derived, see `outputs`)
      # title
      // comment, a line each
      [ XIC(Start)               a branch, its first leg
        XIO(Stop)
      | --                       the next leg, here a plain wire
      ]
      OTE(Motor_Run)

A rung that cannot be read stands behind `!`, an instruction that these lines could not give back
behind `~` as JSON. What steers is escaped by `printable`. No rung numbers: an inserted rung changes
its own lines only.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ccontrol.errors import BadFileError
from ccontrol.logic.ladder.escapes import raw
from ccontrol.logic.ladder.model import Branch, Element, Instruction, Rung, Series
from ccontrol.logic.ladder.neutral import MOST_DEPTH
from ccontrol.logic.ladder.operands import PLAIN, cut, cut_plain, joined
from ccontrol.logic.ladder.outputs import driven
from ccontrol.logic.printable import printable, shortened

_HEAD = "RUNG"
_INDENT = "  "
_WIRE, _JSON, _VERBATIM, _TITLE, _COMMENT = "--", "~ ", "!", "#", "//"
_MARKS = frozenset({_WIRE, "~", _VERBATIM, _TITLE, _COMMENT, "[", "|", "]"})
_FIRSTS = frozenset({"", *(mark[0] for mark in _MARKS)})
"""Whatever begins otherwise is an instruction."""
_PLAIN_LINE = re.compile(rf"([^(~][^(]*+)\(({PLAIN})\)")
_PLAIN_TYPE = re.compile(r"[\w*]+", re.ASCII)
_MOST_DRIVEN = 4
_HINT = "The text of a ladder is written by ccontrol: take it anew from the file or the store."


def render(rungs: Iterable[Rung]) -> str:
    """Return the lines of the rungs; parse() gives exactly the same rungs back."""
    lines = [line for rung in rungs for line in _rung_lines(rung)]
    return "".join(f"{_shown(line)}\n" for line in lines)


def parse(text: str) -> tuple[Rung, ...]:
    """Return the rungs of such lines. What stands before the first one is somebody else's.

    Raises BadFileError with the line for anything that render() does not write.
    """
    rungs: list[Rung] = []
    reader: _RungReader | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(_HEAD) and line[len(_HEAD) :][:1] in {"", " "}:
            if reader is not None:
                rungs.append(reader.rung())
            reader = _RungReader(_raw(line, number), number)
        elif reader is not None and line:
            reader.take(_raw(line, number).lstrip(" "), number)
    if reader is not None:
        rungs.append(reader.rung())
    return tuple(rungs)


def one_line(series: Iterable[Element], most: int) -> str:
    """Return elements as one printable line of so many characters, `XIC(a) [XIC(b) | --]`.

    For sentences. Looks no further than it shows.
    """
    words = ""
    for piece in _pieces(series):
        words += piece
        if len(words) > most:
            break
    return shortened(printable(words), most)


def _pieces(series: Iterable[Element]) -> Iterator[str]:
    between = ""
    for element in series:
        yield between
        between = " "
        if isinstance(element, Instruction):
            yield _instruction_text(element)
            continue
        for number, leg in enumerate(element.legs):
            yield " | " if number else "["
            yield from _pieces(leg) if leg else (_WIRE,)
        yield "]" if element.legs else "[]"


def _rung_lines(rung: Rung) -> Iterator[str]:
    yield _head(rung)
    if rung.title:
        yield from _prefixed(_TITLE, rung.title)
    if rung.comment:
        yield from _prefixed(_COMMENT, rung.comment)
    if rung.verbatim is not None:
        yield from _prefixed(_VERBATIM, rung.verbatim)
    yield from _series_lines(rung.elements, _INDENT)


def _head(rung: Rung) -> str:
    head = _HEAD
    if rung.type != "N":
        plain = _PLAIN_TYPE.fullmatch(rung.type)
        head += f" {{{rung.type if plain else json.dumps(rung.type)}}}"
    outputs = driven(rung)
    if outputs:
        more = len(outputs) - _MOST_DRIVEN
        words = [shortened(output, 60) for output in outputs[:_MOST_DRIVEN]]
        head += f" -> {', '.join(words)}{f', {more} more' if more > 0 else ''}"
    return head


def _prefixed(mark: str, text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield f"{_INDENT}{mark} {line}" if line else f"{_INDENT}{mark}"


def _series_lines(series: Series, indent: str) -> Iterator[str]:
    for element in series:
        if isinstance(element, Instruction):
            yield indent + _instruction_text(element)
            continue
        for number, leg in enumerate(element.legs):
            mark = "| " if number else "[ "
            lines = _series_lines(leg, indent + _INDENT)
            first = next(lines, indent + _INDENT + _WIRE)
            yield indent + mark + first[len(indent) + len(_INDENT) :]
            yield from lines
        yield f"{indent}]" if element.legs else f"{indent}[ ]"


def _instruction_text(instruction: Instruction) -> str:
    op, operands = instruction.op, instruction.operands
    list_text = None if _is_odd(op) else joined(operands)
    if list_text is not None and not instruction.bare:
        return f"{op}({list_text})"
    if list_text == "":
        return op
    return _JSON + json.dumps([op, *operands, instruction.bare], ensure_ascii=False)


def _is_odd(op: str) -> bool:
    return not op or op != op.strip() or "(" in op or op.split(" ", 1)[0] in _MARKS


def _shown(line: str) -> str:
    text = printable(line)
    return f"{text[:-1]}\\x20" if text.endswith(" ") else text


def _raw(line: str, number: int) -> str:
    try:
        return raw(line)
    except ValueError as error:
        raise _bad(str(error), number) from error


class _RungReader:
    """Puts one rung together from its lines."""

    def __init__(self, head: str, number: int) -> None:
        self._type = _type_of(head, number)
        self._texts: dict[str, list[str]] = {_TITLE: [], _COMMENT: [], _VERBATIM: []}
        self._series: list[Element] = []
        self._outer: list[tuple[list[Element], list[Series]]] = []
        self._number = number

    def take(self, line: str, number: int) -> None:
        """Take the next line, without its indent."""
        self._number = number
        if line[:1] not in _FIRSTS:
            self._series.append(_instruction(line, number))
            return
        word, _, rest = line.partition(" ")
        if word in self._texts:
            self._texts[word].append(rest)
            return
        opened = False
        while word in {"[", "|"}:
            self._begin_leg(word)
            opened = True
            line = rest
            word, _, rest = line.partition(" ")
        if word == "]":
            self._end_branch(is_nothing=opened)
        elif line and line != _WIRE:
            self._series.append(_instruction(line, number))

    def rung(self) -> Rung:
        """Return what it came to."""
        if self._outer:
            raise _bad("a branch does not end", self._number)
        title, comment, verbatim = ("\n".join(lines) for lines in self._texts.values())
        unread = verbatim if self._texts[_VERBATIM] else None
        return Rung(tuple(self._series), comment, self._type, title, unread)

    def _begin_leg(self, word: str) -> None:
        if word == "[":
            if len(self._outer) == MOST_DEPTH:
                raise _bad(f"more than {MOST_DEPTH} branches within each other", self._number)
            self._outer.append((self._series, []))
        elif self._outer:
            self._outer[-1][1].append(tuple(self._series))
        else:
            raise _bad("a leg outside a branch", self._number)
        self._series = []

    def _end_branch(self, *, is_nothing: bool) -> None:
        if not self._outer:
            raise _bad("the end of a branch that did not begin", self._number)
        before, legs = self._outer.pop()
        if not is_nothing:  # "[ ]" is a branch without legs
            legs.append(tuple(self._series))
        before.append(Branch(tuple(legs)))
        self._series = before


def _type_of(head: str, number: int) -> str:
    rest = head[len(_HEAD) :]
    if not rest.startswith(" {"):
        return "N"
    plain = _PLAIN_TYPE.match(rest, 2)
    if plain:
        return plain.group()
    try:
        word, _ = json.JSONDecoder().raw_decode(rest, 2)
    except ValueError as error:
        raise _bad("the kind of a pending edit cannot be read", number) from error
    return str(word)


def _instruction(line: str, number: int) -> Instruction:
    if line.startswith(_JSON):
        return _from_json(line[len(_JSON) :], number)
    plain = _plain_instruction(line)
    if plain is not None:
        return plain
    op, opened, _ = line.partition("(")
    if not opened:
        return Instruction(op, bare=True)
    found = cut(line, len(op) + 1)
    if found is None or found[1] != len(line):
        raise _bad("the operands of an instruction do not end with the line", number)
    return Instruction(op, found[0])


@lru_cache(maxsize=8192)
def _plain_instruction(line: str) -> Instruction | None:
    """Return it, or None. Cached: two versions of a text share theirs and compare faster."""
    plain = _PLAIN_LINE.fullmatch(line)
    return Instruction(plain[1], cut_plain(plain[2])) if plain else None


def _from_json(text: str, number: int) -> Instruction:
    try:
        op, *operands, bare = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise _bad("an instruction behind '~' cannot be read", number) from error
    return Instruction(str(op), tuple(map(str, operands)), bool(bare))


def _bad(what: str, number: int) -> BadFileError:
    return BadFileError(f"ladder text, line {number}: {what}", hint=_HINT)
