"""How much each kind of change of a program matters, as data, and what is raised for safety."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ccontrol.diff.programs.changes import NO_LOGIC, LogicChange, LogicKind
from ccontrol.logic.project import Part
from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Severity

SEVERITIES: Mapping[LogicKind, Severity] = MappingProxyType(
    {
        LogicKind.INVERTED_CONTACT: Severity.HIGH,
        LogicKind.BYPASS_ADDED: Severity.HIGH,
        LogicKind.CONDITION_REMOVED: Severity.HIGH,
        LogicKind.AFI_INSERTED: Severity.HIGH,
        LogicKind.EXECUTION: Severity.HIGH,
        LogicKind.SETPOINT: Severity.MEDIUM,
        LogicKind.OPERAND: Severity.MEDIUM,
        LogicKind.COIL_REMOVED: Severity.HIGH,
        LogicKind.CALL_REMOVED: Severity.HIGH,
        LogicKind.INSTRUCTION_ADDED: Severity.MEDIUM,
        LogicKind.INSTRUCTION_REMOVED: Severity.MEDIUM,
        LogicKind.INSTRUCTION_CHANGED: Severity.MEDIUM,
        LogicKind.RUNG_ADDED: Severity.MEDIUM,
        LogicKind.RUNG_REMOVED: Severity.HIGH,
        LogicKind.STEP_ADDED: Severity.MEDIUM,
        LogicKind.STEP_REMOVED: Severity.HIGH,
        LogicKind.STATEMENT: Severity.MEDIUM,
        LogicKind.MNEMONIC_ONLY: Severity.INFO,
        LogicKind.MOVED: Severity.LOW,
        LogicKind.RENAMED_TAG: Severity.LOW,
        LogicKind.COMMENT: Severity.INFO,
        LogicKind.PENDING_EDIT: Severity.MEDIUM,
        LogicKind.PROTECTED_CONTENT: Severity.HIGH,
        LogicKind.ROUTINE_ADDED: Severity.MEDIUM,
        LogicKind.ROUTINE_REMOVED: Severity.HIGH,
        LogicKind.ROUTINE_REORDERED: Severity.MEDIUM,
        LogicKind.PART_ADDED: Severity.LOW,
        LogicKind.PART_REMOVED: Severity.MEDIUM,
        LogicKind.DECLARATION: Severity.LOW,
        LogicKind.SETTING: Severity.MEDIUM,
        LogicKind.VALUE: Severity.LOW,
        LogicKind.LAYOUT: Severity.INFO,
        LogicKind.NOT_COMPARED: Severity.HIGH,
    }
)
"""High is what a saboteur would do in one step, or what nobody looked into."""

_SAFETY = re.compile(r"\bsafety\b|\bF_(?:FB|FC|DB|OB)\b", re.IGNORECASE)


def severity_of(kind: LogicKind) -> Severity:
    """Return how much a kind of change matters in ordinary logic."""
    return SEVERITIES[kind]


def change(kind: LogicKind, sentence: str) -> LogicChange:
    """Return a change of a whole part, as severe as its kind."""
    return LogicChange(kind, SEVERITIES[kind], sentence)


def is_safety(part: Part) -> bool:
    """Tell whether a part belongs to safety: by its aspect, or its path or first line says so."""
    if part.aspect is Aspect.PROTECTION:
        return True
    return bool(_SAFETY.search("\n".join((*part.path, part.text.partition("\n")[0]))))


def raised(found: LogicChange) -> LogicChange:
    """Return a change as severe as it is in safety logic: one more than elsewhere."""
    if found.kind in NO_LOGIC:
        return found
    return replace(found, severity=Severity(min(found.severity + 1, Severity.CRITICAL)))
