"""The findings that the PCCC driver can raise: their codes, and the sentences for an engineer.

A sentence names no number that moves: a finding that stands must stay one and the same.
"""

from ccontrol.drivers.pccc.diagnostics import Status
from ccontrol.model.aspect import Aspect
from ccontrol.model.finding import Finding

DIRECTORY_CORRUPT = "directory-corrupt"
EDITS_UNDER_TEST = "edits-under-test"
FORCES_ENABLED = "forces-enabled"
FORCES_INSTALLED = "forces-installed"
PROCESSOR_FAULTED = "processor-faulted"

FINDINGS = (
    DIRECTORY_CORRUPT,
    EDITS_UNDER_TEST,
    FORCES_ENABLED,
    FORCES_INSTALLED,
    PROCESSOR_FAULTED,
)
"""All of them are judged by every poll that reads the diagnostic status."""

_TEXTS = {
    DIRECTORY_CORRUPT: (
        Aspect.PROGRAM,
        (
            "The processor says that its directory of files, or its memory, is damaged: "
            "download the program again."
        ),
    ),
    EDITS_UNDER_TEST: (
        Aspect.PROGRAM,
        "Edits of the program are being tested: what runs is not what is stored.",
    ),
    FORCES_ENABLED: (
        Aspect.PROGRAM,
        "Forces are in effect: inputs or outputs are forced, whatever the program says.",
    ),
    FORCES_INSTALLED: (
        Aspect.PROGRAM,
        (
            "Forces are prepared and not enabled: inputs or outputs are forced as soon as somebody "
            "enables them."
        ),
    ),
    PROCESSOR_FAULTED: (
        Aspect.MODE,
        "A major fault stands in the processor: its program does not run.",
    ),
}


def standing(told: Status) -> frozenset[Finding]:
    """Return what a diagnostic status gives reason for."""
    forced = told.forces_installed
    stands = {
        DIRECTORY_CORRUPT: told.corrupt,
        EDITS_UNDER_TEST: told.edits == "being tested",
        FORCES_ENABLED: forced and told.forces_enabled,
        FORCES_INSTALLED: forced and not told.forces_enabled,
        PROCESSOR_FAULTED: told.faulted or bool(told.major_error),
    }
    return frozenset(Finding(code, "", *_TEXTS[code]) for code, so in stands.items() if so)
