"""What is said where no rule speaks. The rules themselves are data: `default.toml`, a site's own.

Ids are stable: alerts, records and calendars of people refer to them. Techniques are of MITRE
ATT&CK for ICS, version 18.1.
"""

from ccontrol.model.judgement import Severity
from ccontrol.model.policy import Rule

NOTHING = Rule("nothing", "nothing differs", Severity.INFO, no_technique="there is no change")
FIRST_SIGHT = Rule(
    "first-sight",
    "the first sight of a controller",
    Severity.INFO,
    no_technique="it may always have been so",
)
PROJECT_FILE = Rule(
    "project-file",
    "a project file was dropped; as grave as the gravest thing that is new in it",
    Severity.INFO,
    no_technique="the controller itself is as it was",
)
NO_RULE = Rule(
    "no-rule",
    "no rule speaks of it",
    Severity.LOW,
    no_technique="nobody said what it stands for",
)
"""Told, and nobody is called for it: a rule that somebody forgot must not make a change vanish."""

BESIDE_RULES = (NOTHING, FIRST_SIGHT, PROJECT_FILE, NO_RULE)
