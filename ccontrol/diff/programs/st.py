"""Structured text, statement by statement: of a routine, or within a step or a transition."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.statements import (
    Comment,
    Said,
    Statement,
    TextDiff,
    Unit,
    diff_text,
    quoted,
)
from ccontrol.diff.programs.words import meaning_of

_TOKEN = re.compile(
    r"""
    (?P<comment>\(\*.*?(?:\*\)|\Z)|/\*.*?(?:\*/|\Z)|//[^\n]*)
    |(?P<string>'(?:[^'$\n]|\$.)*'?|"[^"\n]*"?)
    |(?P<number>
        \b(?:D|DATE|DT|DATE_AND_TIME|LDATE|LDT)\#[\d:.-]+
        |\b\d+\#\w+
        |\b[A-Z_]\w*\#(?:\d+\#)?[+-]?\w[\w.]*(?::\d+)*
        |\b\d[\d_]*(?:\.\d[\d_]*)?(?:E[+-]?\d+)?\w*)
    |(?P<word>[#%]?[^\W\d][\w]*)
    |(?P<sign>:=|=>|\+=|-=|<>|<=|>=|\*\*|\.\.|[^\s\w])
    |(?P<newline>\n)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CLOSING = frozenset({"THEN", "DO", "OF", "ELSE", "REPEAT"})
"""Words that end a statement beside the semicolon: the condition before them stands alone."""
_DECLARING = re.compile(r"(?:VAR(?:_\w+)?|STRUCT|TYPE|UNION)\Z")
_MODIFIERS = frozenset({"CONSTANT", "RETAIN", "NON_RETAIN", "PERSISTENT", "PUBLIC", "INTERNAL"})
"""What may follow VAR before the first name."""
_DECLARED = re.compile(r"END_(?:VAR|STRUCT|TYPE|UNION)\Z")
_HEADING = re.compile(
    r"(?:ROUTINE|PROGRAM|FUNCTION|FUNCTION_BLOCK|ORGANIZATION_BLOCK|DATA_BLOCK|INTERFACE|METHOD"
    r"|ACTION|PROPERTY|GET|SET)\Z"
)
"""What begins a line that says what follows: no semicolon ends it."""
_SETTING = re.compile(r"[\w.\[\]#-]+ = ")
"""What readers put below the heading: `name = value`, which structured text never begins with."""
_LINE = re.compile(r"\Aline \d+(?: of the old text)?: ")
_CONDITIONS = frozenset({"IF", "ELSIF", "CASE", "WHILE"})
_SKIPS = frozenset({"RETURN", "EXIT", "CONTINUE", "GOTO", "JMP", "TND", "RET"})
"""Statements behind them are not executed, where they are."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int

    @property
    def meaning(self) -> str:
        """Return it as the compiler sees it: names and keywords without case, strings as is."""
        return self.text if self.kind == "string" else self.text.upper()


class _StructuredText:
    """Statements end at a semicolon, or before what they are the condition of."""

    respelled = LogicKind.LAYOUT

    def units(self, text: str) -> tuple[Unit, ...]:
        return (_unit(*_cut(text)),)

    def changed(self, before: Statement, after: Statement) -> Said:
        return changed(before, after)

    def moved(self, statement: Statement, was: Statement) -> Said:
        kind = LogicKind.EXECUTION if statement.words[0] in _SKIPS else LogicKind.MOVED
        return Said(kind, f"{quoted(statement)} moved here from line {was.line}")

    def removed(self, statement: Statement) -> Said:
        kind = LogicKind.STATEMENT
        if statement.declares:
            kind = LogicKind.DECLARATION
        elif statement.words[0] in _CONDITIONS:
            kind = LogicKind.CONDITION_REMOVED
        elif statement.words[0] in _SKIPS:
            kind = LogicKind.EXECUTION
        elif statement.words[1:2] == ("(",):
            kind = LogicKind.CALL_REMOVED
        return Said(kind, f"{quoted(statement)} removed")

    def added(self, statement: Statement, beside: Sequence[Statement]) -> Said:
        del beside
        kind = LogicKind.DECLARATION if statement.declares else LogicKind.STATEMENT
        if statement.words[0] in _SKIPS:
            kind = LogicKind.EXECUTION
        return Said(kind, f"{quoted(statement)} added")


class _Code(_StructuredText):
    """Statements without a heading and settings: an action's, a condition."""

    def units(self, text: str) -> tuple[Unit, ...]:
        # The first line of a whole text is its heading, and settings follow on it.
        return (_unit((), f"\n;\n{text}"),)


def diff_st(before: str, after: str, effort: Effort) -> TextDiff:
    """Hold two structured texts against each other; case, blanks and comments are no logic."""
    return diff_text(before, after, _StructuredText(), effort)


def diff_code(before: str, after: str, effort: Effort) -> tuple[Said, ...]:
    """Hold two pieces of code against each other: sentences without lines."""
    found = diff_text(before, after, _Code(), effort).changes
    return tuple(Said(each.kind, _LINE.sub("", each.sentence)) for each in found)


def changed(before: Statement, after: Statement) -> Said:
    """Say what it means that one statement of expressions became the other."""
    became = f"{quoted(before)} became {quoted(after)}"
    kind = meaning_of(before.words, after.words)
    if after.declares and kind is not LogicKind.SETPOINT:
        return Said(LogicKind.DECLARATION, became)
    return Said(kind, f"{_WORDS.get(kind, '')}{became}")


_WORDS = {
    LogicKind.INVERTED_CONTACT: "condition inverted: ",
    LogicKind.AFI_INSERTED: "constant inserted: ",
    LogicKind.BYPASS_ADDED: "another way round the condition: ",
    LogicKind.SETPOINT: "constant changed: ",
}


def _unit(settings: Sequence[Statement], code_lines: str) -> Unit:
    tokens = list(_tokens(code_lines))
    comments = tuple(
        Comment(token.line, " ".join(token.text.split()))
        for token in tokens
        if token.kind == "comment"
    )
    code = [token for token in tokens if token.kind != "comment"]
    return Unit(0, "", (*settings, *_statements(code)), comments)


def _cut(text: str) -> tuple[list[Statement], str]:
    """Return the settings below the heading, and the text with nothing in their place."""
    lines = text.split("\n")
    settings: list[Statement] = []
    for index in range(1, len(lines)):
        if not _SETTING.match(lines[index]):
            break
        words = tuple(lines[index].split())
        settings.append(Statement(index + 1, words, lines[index], declares=True))
        lines[index] = ""
    return settings, "\n".join(lines)


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        yield _Token(found.lastgroup or "", found.group(), line)
        line += found.group().count("\n")


def _statements(tokens: Iterable[_Token]) -> Iterator[Statement]:
    """Cut tokens without comments into statements; lines count only for headings."""
    held: list[_Token] = []
    depth = 0
    for token in tokens:
        word = token.meaning
        if held and _ends_before(held, token):
            yield _statement(held, declares=depth > 0)
            held = []
        if token.kind == "newline":
            continue
        if not held and _DECLARED.match(word):
            depth = max(0, depth - 1)
        held.append(token)
        depth += bool(_DECLARING.match(word))
        if _ends_after(held):
            if held[0].text != ";":
                yield _statement(held, declares=depth > 0)
            held = []
    if held:
        yield _statement(held, declares=depth > 0)


def _ends_before(held: Sequence[_Token], token: _Token) -> bool:
    """Tell whether a statement is whole before this token: a heading, or VAR with what it says."""
    first = held[0].meaning
    if token.kind == "newline":
        return token.line == 1 or bool(_HEADING.match(first))
    said = all(each.meaning in _MODIFIERS for each in held[1:])
    return bool(_DECLARING.match(first)) and said and token.meaning not in _MODIFIERS


def _ends_after(held: Sequence[_Token]) -> bool:
    """Tell whether a statement is whole with its last token."""
    word = held[-1].meaning
    if len(held) == 1:
        return word in {";", "BEGIN", *_CLOSING} or bool(_DECLARED.match(word))
    return word == ";" or word in _CLOSING or bool(_DECLARING.match(word))


def _statement(tokens: Sequence[_Token], *, declares: bool) -> Statement:
    words = tuple(token.meaning for token in tokens if token.text != ";")
    text = " ".join(token.text for token in tokens if token.text != ";")
    return Statement(tokens[0].line, words or (";",), _tight(text) or ";", declares)


def _tight(text: str) -> str:
    """Return spaced tokens as people write them."""
    text = re.sub(r" ?([.,()\[\]]) ?", r"\1", text)
    return re.sub(r",", ", ", re.sub(r"([^\s(\[.])\(", r"\1(", text))
