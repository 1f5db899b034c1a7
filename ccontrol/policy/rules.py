"""The rules in force, as data: severity and technique per aspect and kind, and per finding.

Ids are stable: alerts, records and calendars of people refer to them. One thought runs through the
table: hiding must not pay, so losing sight of something weighs as much as a change of it.
Techniques are of MITRE ATT&CK for ICS, version 18.1.
"""

from dataclasses import dataclass

from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Kind
from ccontrol.model.controller import Criticality
from ccontrol.model.judgement import Severity

ATTACK_VERSION = "18.1"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, how much it weighs, its sentence, and what such a change can be.

    A rule without techniques says in `no_technique` why none fits.
    """

    id: str
    severity: Severity
    reason: str
    techniques: tuple[str, ...] = ()
    no_technique: str = ""


_PROGRAM = (
    "T0821",
    "T0843",
    "T0889",
)  # Modify Controller Tasking, Program Download, Modify Program
_FIRMWARE = ("T0839", "T0857")  # Module Firmware, System Firmware
_PARAMETER = ("T0836",)  # Modify Parameter
_DESTRUCTION = ("T0809",)  # Data Destruction
_CREDENTIAL = ("T0892",)  # Change Credential
_MODE = ("T0858",)  # Change Operating Mode
_ROOTKIT = ("T0851",)  # Rootkit
_DOWNLOAD = ("T0843", "T0889")  # Program Download, Modify Program
_REPLACED = ("T0862",)  # Supply Chain Compromise: a part that is not what it should be
_GONE = ("T0826",)  # Loss of Availability
_IMPOSTOR = ("T0830", "T0856", "T0862")
# Adversary-in-the-Middle, Spoof Reporting Message, Supply Chain Compromise
_UNSEEN = ("T0815",)  # Denial of View
_SILENT = ("T0804", "T0814", "T0815")  # Block Reporting Message, Denial of Service, Denial of View
_SPOOFED = ("T0815", "T0856")  # Denial of View, Spoof Reporting Message
_EVASION = ("T0820",)  # Exploitation for Evasion
_ALARMS = ("T0838",)  # Modify Alarm Settings
_FORCED = ("T0831", "T0835")  # Manipulation of Control, Manipulate I/O Image
_HALTED = ("T0814", "T0826")  # Denial of Service, Loss of Availability
_STRANGER = ("T0848", "T0864")  # Rogue Master, Transient Cyber Asset

_BY_EVENT = "what was done is named by the event itself"
_NOBODY_LOOKED = "it may always have been so"
_AS_IT_WAS = "nothing is known to have changed"
_ANY = "what moves is named by the changes themselves"
_UNKNOWN_CODE = "nobody here knows what it stands for"
_NO_CHANGE = "there is no change"

_FACTS: dict[Aspect, tuple[Severity, tuple[str, ...]]] = {
    Aspect.PROGRAM: (Severity.HIGH, _PROGRAM),
    Aspect.CONFIGURATION: (Severity.HIGH, ("T0836", "T0843")),
    Aspect.HARDWARE: (Severity.MEDIUM, _REPLACED),
    Aspect.FIRMWARE: (Severity.HIGH, _FIRMWARE),
    Aspect.IDENTITY: (Severity.MEDIUM, _IMPOSTOR),
    Aspect.PROTECTION: (Severity.MEDIUM, _CREDENTIAL),
    Aspect.MODE: (Severity.LOW, _MODE),
    Aspect.INVENTORY: (Severity.MEDIUM, _DOWNLOAD),
    Aspect.VALUES: (Severity.LOW, _PARAMETER),
    Aspect.SIGHT: (Severity.LOW, _UNSEEN),
}
_SENTENCES = {
    Kind.ADDED: "{}: something is there that was not",
    Kind.REMOVED: "{}: something is gone",
    Kind.CHANGED: "{}: not what it was",
    Kind.LOST_SIGHT: "{}: out of sight, and nobody can tell whether it changed",
    Kind.FOUND: "{}: seen for the first time",
    Kind.REGAINED: "{}: readable again, and as it was",
    Kind.RECOMPILED: "{}: equal content, compiled or loaded anew",
}
_WORST = {
    Aspect.PROTECTION: Severity.HIGH,  # it may have been lowered
    Aspect.MODE: Severity.MEDIUM,  # it may have stopped
    Aspect.SIGHT: Severity.MEDIUM,
}
"""What an aspect's loss of sight weighs where the worst change weighs more than any change."""
_QUIET = {
    Kind.FOUND: (Severity.INFO, _NOBODY_LOOKED),
    Kind.REGAINED: (Severity.INFO, _AS_IT_WAS),
    Kind.RECOMPILED: (Severity.LOW, _AS_IT_WAS),
}
"""Kinds that are no sign of anything: what they weigh, and why no technique fits."""


def _rule(aspect: Aspect, kind: Kind) -> Rule:
    weight, techniques = _FACTS[aspect]
    name = f"{aspect.value}-{kind.value.replace(' ', '-')}"
    sentence = _SENTENCES[kind].format(aspect.value)
    if kind in _QUIET:
        severity, reason = _QUIET[kind]
        return Rule(name, severity, sentence, no_technique=reason)
    if kind is Kind.LOST_SIGHT:
        return Rule(name, _WORST.get(aspect, weight), sentence, _UNSEEN)
    return Rule(name, weight, sentence, techniques)


TABLE: dict[tuple[Aspect, Kind], Rule] = {
    (aspect, kind): _rule(aspect, kind) for aspect in Aspect for kind in _SENTENCES
} | {
    (Aspect.PROGRAM, Kind.REMOVED): Rule(
        "program-removed",
        Severity.HIGH,
        _SENTENCES[Kind.REMOVED].format("program"),
        (*_DESTRUCTION, *_PROGRAM),
    ),
    (Aspect.INVENTORY, Kind.REMOVED): Rule(
        "inventory-removed",
        Severity.MEDIUM,
        _SENTENCES[Kind.REMOVED].format("inventory"),
        (*_DESTRUCTION, *_DOWNLOAD),
    ),
    (Aspect.HARDWARE, Kind.REMOVED): Rule(
        "hardware-removed",
        Severity.MEDIUM,
        _SENTENCES[Kind.REMOVED].format("hardware"),
        _GONE,
    ),
    (Aspect.SIGHT, Kind.ADDED): Rule(
        "sight-added",
        Severity.HIGH,
        "sight: something is there that was not, and it cannot be read",
        _PROGRAM,
    ),
    (Aspect.SIGHT, Kind.REMOVED): Rule(
        "sight-removed",
        Severity.HIGH,
        "sight: something is gone that could never be read",
        (*_DESTRUCTION, *_PROGRAM),
    ),
    (Aspect.SIGHT, Kind.LOST_SIGHT): Rule(
        "sight-lost-sight",
        _WORST[Aspect.SIGHT],
        "sight: less of the controller can be seen than before",
        _UNSEEN,
    ),
}
"""Every rule for something that differs between two states."""

PROTECTION_LOWERED = Rule(
    "protection-lowered",
    Severity.HIGH,
    "the controller is less protected than before",
    _CREDENTIAL,
)
PROGRAM_EDITED = Rule(
    "program-edited",
    Severity.HIGH,
    "the program was edited; which routine is not known, and the controller's mark of edits may "
    "stand for another event that it audits: key, mode, forces, faults",
    _PROGRAM,
)
MODE_STOPPED = Rule("mode-stopped", Severity.MEDIUM, "the controller is not in RUN", _MODE)

FINDINGS: dict[str, Rule] = {
    "audit-mask-reduced": Rule(
        "audit-mask-reduced",
        Severity.HIGH,
        "the controller was told to audit less, so that some edits would not be seen",
        _ALARMS,
    ),
    "checksum-mismatch": Rule(
        "checksum-mismatch",
        Severity.HIGH,
        "content and its own checksum contradict each other, which weighs as a change of program",
        _PROGRAM,
    ),
    "info-mismatch": Rule(
        "info-mismatch",
        Severity.HIGH,
        "the controller contradicts itself about a unit, which weighs as a change of program",
        _PROGRAM,
    ),
    "hidden-block": Rule(
        "hidden-block",
        Severity.HIGH,
        "the controller's checksum counts something that its list does not name",
        (*_ROOTKIT, "T0889"),
    ),
    "directory-corrupt": Rule(
        "directory-corrupt",
        Severity.HIGH,
        "the controller says that its program or its memory is damaged",
        _DESTRUCTION,
    ),
    "edits-under-test": Rule(
        "edits-under-test",
        Severity.MEDIUM,
        "edits of the program are being tested: what runs is not what is stored",
        ("T0821", "T0889"),
    ),
    "forces-enabled": Rule(
        "forces-enabled",
        Severity.HIGH,
        "inputs or outputs are forced, whatever the program says",
        _FORCED,
    ),
    "forces-installed": Rule(
        "forces-installed",
        Severity.MEDIUM,
        "inputs or outputs will be forced as soon as somebody enables it",
        _FORCED,
    ),
    "processor-faulted": Rule(
        "processor-faulted",
        Severity.MEDIUM,
        "a major fault stands in the controller, and its program does not run",
        _HALTED,
    ),
    "cannot-verify": Rule(
        "cannot-verify",
        Severity.MEDIUM,
        "polls have not come to an end for so long that nobody can say it is unchanged",
        _SPOOFED,
    ),
    "quarantined": Rule(
        "quarantined",
        Severity.MEDIUM,
        "reading the controller broke a worker; it is watched less often than it should be",
        _EVASION,
    ),
    "restless": Rule(
        "restless",
        Severity.MEDIUM,
        "the controller changes again and again; what it shows is committed less often",
        no_technique=_ANY,
    ),
    "stale": Rule("stale", Severity.MEDIUM, "the last successful poll is too long ago", _SILENT),
    "new-engineering-station": Rule(
        "new-engineering-station",
        Severity.HIGH,
        "a station works on the controller that was not learnt as one that does, nor accepted",
        _STRANGER,
    ),
    "unusual-role": Rule(
        "unusual-role",
        Severity.HIGH,
        "a station that only ever used the controller works on it",
        _STRANGER,
    ),
    "unusual-act": Rule(
        "unusual-act",
        Severity.MEDIUM,
        "a known station did what it was never seen to do",
        no_technique=_BY_EVENT,
    ),
    "unusual-hour": Rule(
        "unusual-hour",
        Severity.LOW,
        "a known station worked at an hour at which it was never seen to work",
        no_technique=_BY_EVENT,
    ),
}
"""Rules for findings, by their code."""

OTHER_FINDING = Rule(
    "other-finding",
    Severity.MEDIUM,
    "a finding without a rule of its own",
    no_technique=_UNKNOWN_CODE,
)
PROJECT_FILE = Rule(
    "project-file",
    Severity.INFO,
    "a project file was dropped; as grave as the gravest thing that is new in it",
    no_technique="the controller itself is as it was",
)
FINDING_OVER = Rule("finding-over", Severity.INFO, "a finding is over", no_technique=_AS_IT_WAS)
NOTHING = Rule("nothing", Severity.INFO, "nothing differs", no_technique=_NO_CHANGE)
FIRST_SIGHT = Rule(
    "first-sight",
    Severity.INFO,
    "the first sight of a controller",
    no_technique=_NOBODY_LOOKED,
)

RAISED_FROM = Severity.MEDIUM
"""Only what weighs at least this much is raised by criticality: noise stays noise."""
STEPS: dict[Criticality, int] = {
    Criticality.LOW: 0,
    Criticality.MEDIUM: 0,
    Criticality.HIGH: 1,
    Criticality.SAFETY: 1,
}
"""How many steps the criticality of a controller raises a verdict."""

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        *TABLE.values(),
        *FINDINGS.values(),
        PROTECTION_LOWERED,
        PROGRAM_EDITED,
        MODE_STOPPED,
        OTHER_FINDING,
        FINDING_OVER,
        PROJECT_FILE,
        NOTHING,
        FIRST_SIGHT,
    )
}
"""Every rule by its id."""
