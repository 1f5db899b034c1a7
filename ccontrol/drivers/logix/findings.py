"""The findings that the logix driver can raise: their codes, and the sentences for an engineer.

A sentence names no number that moves: a finding that stands must stay one and the same.
"""

from ccontrol.model.aspect import Aspect
from ccontrol.model.finding import Finding

AUDIT_MASK_REDUCED = "audit-mask-reduced"
FINDINGS = (AUDIT_MASK_REDUCED,)


def audit_mask_reduced(events: tuple[str, ...]) -> Finding:
    """Return that the controller was told to count some events no longer."""
    return Finding(
        AUDIT_MASK_REDUCED,
        "",
        Aspect.PROTECTION,
        "ChangesToDetect leaves out some events, of which the AuditValue then tells nothing: "
        f"{', '.join(events)}.",
    )
