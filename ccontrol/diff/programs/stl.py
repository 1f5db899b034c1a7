"""Statement list of Siemens S7: by networks, then by instructions; German and English are one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.labels import renamed, shared_names
from ccontrol.diff.programs.statements import (
    Comment,
    Said,
    Statement,
    TextDiff,
    Unit,
    diff_text,
    quoted,
)
from ccontrol.logic.mc7.mnemonics import (
    ENGLISH_AREAS,
    ENGLISH_OPERATIONS,
    ONLY_ENGLISH,
    ONLY_GERMAN,
)

_NETWORK = re.compile(r"\s*(?:NETWORK|NETZWERK)\b\s*\d*\s*:?\s*(?P<title>.*)", re.IGNORECASE)
_TITLE = re.compile(r"\s*(?:TITLE|TITEL)\s*[=:]\s*(?P<title>.*)", re.IGNORECASE)
_OPENS = re.compile(r"\s*(?:VAR(?:_\w+)?|STRUCT|CONST|LABEL)\b", re.IGNORECASE)
_CLOSES = re.compile(r"\s*END_(?:VAR|STRUCT|CONST|LABEL)\b", re.IGNORECASE)
_AREA = re.compile(r"(?P<area>[A-Za-z]+)(?P<rest>.*)")
_QUOTED_OR_BLANK = re.compile(r"\"[^\"]*\"|'[^']*'|\s+")
_BLOCK_ENDS = re.compile(
    r"\s*END_(?:FUNCTION|FUNCTION_BLOCK|ORGANIZATION_BLOCK|DATA_BLOCK|TYPE)\b", re.IGNORECASE
)
_LABEL = re.compile(r"\s*(?P<label>[A-Za-z_]\w{0,23}):(?!=)\s*")
_TELLING = r" D?W#16#[0-9A-F]+| the code does not end with BE"
"""What `ccontrol.logic.mc7` adds as a remark and is code: bits that a constant's spelling hides."""
_QUOTED_OR_COMMENT = re.compile(rf"\"[^\"]*\"|'[^']*'|(?P<comment>//(?!(?:{_TELLING})$).*)")
_PARAMETER = re.compile(
    r"\s*(?P<name>#\d+|DI[XBWD] [\d.]+|\"?[\w.]+\"?)\s*(?P<way>:=|=>)\s*(?P<value>.*)"
)
"""A CPU's own code tells no names of parameters: their ordinals, or bytes of the instance DB."""
_CONSTANT = re.compile(
    r"[+-]?\d[\d.]*(?:E[+-]?\d+)?\Z|(?:2|16|B|W|DW|C|T|S5T|S5TIME|TIME|D|DATE|TOD|L|P)#\S.*"
    r"|'.*'\Z|TRUE\Z|FALSE\Z",
    re.IGNORECASE,
)
_CONTRARY = frozenset(
    frozenset(pair)
    for pair in (
        ("A", "AN"),
        ("O", "ON"),
        ("X", "XN"),
        ("A(", "AN("),
        ("O(", "ON("),
        ("X(", "XN("),
        ("JC", "JCN"),
        ("JCB", "JNB"),
        ("JBI", "JNBI"),
        ("FP", "FN"),
        ("S", "R"),
        ("==", "<>"),
        *((larger, smaller) for larger in (">", ">=") for smaller in ("<", "<=")),
    )
)
_COMPARED = re.compile(r"(?P<sign>==|<>|[<>]=?)(?P<type>[IDR])")
_COILS = frozenset({"=", "S", "R", "SP", "SE", "SD", "SS", "SF", "CU", "CD", "FR"})
_CALLS = frozenset({"CALL", "UC", "CC"})
_ALTERNATIVES = frozenset({"O", "ON", "O(", "ON("})
_CONDITIONS = frozenset(
    {word for pair in ("A AN", "O ON", "X XN") for op in pair.split() for word in (op, f"{op}(")}
    | {"FP", "FN"}
)
_FORCING = frozenset({"SET", "CLR"})
"""Make a condition true or false for ever."""
_SKIPS = re.compile(r"J\w+|SPL|LOOP|BE[UC]?|\)?MCR[AD(]?")
"""Decides whether what stands behind it is executed: jumps, ends, MCR."""


@dataclass(slots=True)
class _Network:
    """One network while it is read."""

    number: int
    title: str = ""
    statements: list[Statement] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    def done(self) -> Unit:
        """Return it as it is held against another."""
        return Unit(self.number, self.title, tuple(self.statements), tuple(self.comments))


class _StatementList:
    """Networks of instructions; what stands before the first one is network 0."""

    respelled = LogicKind.MNEMONIC_ONLY

    def __init__(self, labels: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """`labels`: of a text, what to call its labels."""
        self._labels = labels or {}

    def units(self, text: str) -> tuple[Unit, ...]:
        names = self._labels.get(text, {})
        return tuple(renamed(network.done(), names) for network in _networks(text))

    def changed(self, before: Statement, after: Statement) -> Said:
        became = f"{quoted(before)} became {quoted(after)}"
        if after.declares or before.declares:
            return Said(LogicKind.DECLARATION, became)
        (op, *ours), (other, *theirs) = before.words, after.words
        if ours == theirs:
            return _other_instruction(op, other, became)
        if op != other:
            return Said(LogicKind.INSTRUCTION_CHANGED, became)
        return _other_operand(op, ours, theirs, became)

    def moved(self, statement: Statement, was: Statement) -> Said:
        kind = LogicKind.EXECUTION if _leads(statement) else LogicKind.MOVED
        return Said(kind, f"{quoted(statement)} moved here from line {was.line}")

    def removed(self, statement: Statement) -> Said:
        kind = LogicKind.DECLARATION if statement.declares else _lost(statement)
        return Said(kind, f"{quoted(statement)} removed")

    def added(self, statement: Statement, beside: Sequence[Statement]) -> Said:
        op = statement.words[0]
        if statement.declares:
            return Said(LogicKind.DECLARATION, f"{quoted(statement)} added")
        if op in _FORCING:
            return Said(LogicKind.AFI_INSERTED, f"{quoted(statement)} inserted")
        if _SKIPS.fullmatch(op):
            return Said(LogicKind.EXECUTION, f"{quoted(statement)} added")
        if op in _ALTERNATIVES and not any(each.words[0] in _COILS for each in beside):
            said = f"another way round the condition: {quoted(statement)} added"
            return Said(LogicKind.BYPASS_ADDED, said)
        return Said(LogicKind.INSTRUCTION_ADDED, f"{quoted(statement)} added")


def diff_stl(before: str, after: str, effort: Effort) -> TextDiff:
    """Hold two statement lists against each other."""
    plain = _StatementList()
    names = shared_names(plain.units(before), plain.units(after), effort)
    return diff_text(before, after, _StatementList({after: names}), effort)


def _other_instruction(op: str, other: str, became: str) -> Said:
    if frozenset((op, other)) in _CONTRARY:
        return Said(LogicKind.INVERTED_CONTACT, f"contact inverted: {became}")
    if (op, other) == ("=", "S"):
        said = f"it stays on when its condition is gone: {became}"
        return Said(LogicKind.CONDITION_REMOVED, said)
    return Said(LogicKind.INSTRUCTION_CHANGED, became)


def _other_operand(op: str, ours: list[str], theirs: list[str], became: str) -> Said:
    if _SKIPS.fullmatch(op):
        return Said(LogicKind.EXECUTION, f"leads elsewhere: {became}")
    if ours and theirs and _CONSTANT.match(ours[-1]) and _CONSTANT.match(theirs[-1]):
        return Said(LogicKind.SETPOINT, f"constant changed: {became}")
    return Said(LogicKind.OPERAND, f"operand changed: {became}")


def _lost(statement: Statement) -> LogicKind:
    """Return what it means that an instruction is gone."""
    op = statement.words[0]
    if op in _CALLS:
        return LogicKind.CALL_REMOVED
    if op in _COILS and len(statement.words) > 1:
        return LogicKind.COIL_REMOVED
    if op in _CONDITIONS:
        return LogicKind.CONDITION_REMOVED
    return LogicKind.EXECUTION if _SKIPS.fullmatch(op) else LogicKind.INSTRUCTION_REMOVED


def _leads(statement: Statement) -> bool:
    """Tell whether it is a jump or a label: what runs depends on where it stands."""
    return bool(_SKIPS.fullmatch(statement.words[0])) or statement.words[0].endswith(":")


def _networks(text: str) -> Iterator[_Network]:
    german = _is_german(text)
    network = _Network(0)
    declaring = 0
    for number, line in enumerate(text.splitlines(), 1):
        found = _NETWORK.match(line)
        if found:
            if network.number or network.statements or network.comments:
                yield network
            network = _Network(network.number + 1, _without_comment(found["title"])[0].strip())
            declaring = 0
            continue
        title = _TITLE.match(line)
        if title and network.number and not network.statements:
            network.title = title["title"].strip()
            continue
        declaring = max(0, declaring - bool(_CLOSES.match(line)))
        _read(line, number, network, german=german, declares=declaring > 0)
        declaring += bool(_OPENS.match(line))
    yield network


def _read(line: str, number: int, network: _Network, *, german: bool, declares: bool) -> None:
    code, comment = _without_comment(line)
    if comment:
        network.comments.append(Comment(number, " ".join(comment.split())))
    code = _collapsed(code).rstrip("; ")
    if not code or _BLOCK_ENDS.match(code):
        return
    if declares or network.number == 0:
        network.statements.append(Statement(number, tuple(code.split()), code, declares=True))
        return
    label = _LABEL.match(code)
    if label:
        name = f"{label['label']}:"
        network.statements.append(Statement(number, (name,), name))
        code = code[label.end() :]
    if code:
        owner = _call_above(network) if _PARAMETER.match(code) else 0
        words = _meaning(code, german=german)
        network.statements.append(Statement(number, words, code, owner=owner))


def _call_above(network: _Network) -> int:
    """Return the line of the call that a parameter belongs to; 0 for none."""
    above = network.statements[-1] if network.statements else None
    if above is None:
        return 0
    return above.owner or (above.line if above.words[0] in _CALLS else 0)


def _without_comment(line: str) -> tuple[str, str]:
    """Return a line's code and its comment; slashes within quotes begin none."""
    for found in _QUOTED_OR_COMMENT.finditer(line):
        if found["comment"] is not None:
            return line[: found.start()], found["comment"][2:]
    return line, ""


def _meaning(code: str, *, german: bool) -> tuple[str, ...]:
    """Return an instruction in English: mnemonic, operand; or a parameter of a call."""
    parameter = _PARAMETER.match(code)
    if parameter:
        return (
            f"{parameter['name']} {parameter['way']}",
            _operand(parameter["value"].rstrip(",)")),
        )
    op, _, operand = code.partition(" ")
    op = op.upper()
    if compared := _COMPARED.fullmatch(op):
        return compared["sign"], compared["type"]
    operand = operand.strip()
    if operand == "(":
        op, operand = f"{op}(", ""
    op = ENGLISH_OPERATIONS.get(op, op) if german else op
    return (op, _operand(operand)) if operand else (op,)


def _operand(operand: str) -> str:
    """Return an operand in English and without blanks; what is quoted or typed stays as it is."""
    found = _AREA.match(operand)
    if found is None or _CONSTANT.match(operand) or '"' in operand:
        return operand
    area = found["area"].upper()
    return ENGLISH_AREAS.get(area, area) + "".join(found["rest"].upper().split())


def _collapsed(code: str) -> str:
    """Return code with single blanks; those within quotes are no layout."""
    return _QUOTED_OR_BLANK.sub(lambda m: " " if m[0].isspace() else m[0], code).strip()


def _is_german(text: str) -> bool:
    """Tell by the mnemonics that only one of the two languages has."""
    german = english = 0
    for line in text.splitlines():
        code = _LABEL.sub("", line, count=1).split()
        op = code[0].rstrip(";").upper() if code else ""
        german += op in ONLY_GERMAN
        english += op in ONLY_ENGLISH
    return german > english
