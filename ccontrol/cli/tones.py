"""Which colour a word has. Colour never says more than the word beside it. Pure."""

from ccontrol.cli.output import Tone
from ccontrol.model.approval import Authorisation
from ccontrol.model.aspect import Strength
from ccontrol.model.change import Kind
from ccontrol.model.journal import Outcome
from ccontrol.model.judgement import Severity

_SEVERITIES = {
    Severity.INFO: Tone.QUIET,
    Severity.LOW: Tone.PLAIN,
    Severity.MEDIUM: Tone.CAUTION,
    Severity.HIGH: Tone.BAD,
    Severity.CRITICAL: Tone.BAD,
}
_OUTCOMES = {
    Outcome.UNCHANGED: Tone.GOOD,
    Outcome.GLANCED: Tone.PLAIN,
    Outcome.CHANGED: Tone.CAUTION,
    Outcome.PENDING: Tone.CAUTION,
    Outcome.SUPPRESSED: Tone.CAUTION,
    Outcome.INCOMPLETE: Tone.BAD,
    Outcome.FAILED: Tone.BAD,
    Outcome.MISSED: Tone.BAD,
}
_KINDS = {
    Kind.REMOVED: Tone.BAD,
    Kind.LOST_SIGHT: Tone.BAD,
    Kind.RAISED: Tone.BAD,
    Kind.CHANGED: Tone.CAUTION,
    Kind.RECOMPILED: Tone.QUIET,
}
_AUTHORISATIONS = {
    Authorisation.AUTHORISED: Tone.GOOD,
    Authorisation.ACCEPTED_AFTERWARDS: Tone.GOOD,
    Authorisation.EMERGENCY: Tone.CAUTION,
    Authorisation.UNDER_INVESTIGATION: Tone.CAUTION,
}
_STRENGTHS = {Strength.INDICATOR: Tone.CAUTION, Strength.NONE: Tone.BAD}


def severity_tone(severity: Severity) -> Tone:
    """Return how a severity is shown."""
    return _SEVERITIES[severity]


def outcome_tone(outcome: Outcome) -> Tone:
    """Return how the outcome of a poll is shown."""
    return _OUTCOMES.get(outcome, Tone.PLAIN)


def authorisation_tone(word: Authorisation) -> Tone:
    """Return how it is shown whether a change was authorised."""
    return _AUTHORISATIONS.get(word, Tone.BAD)


def kind_tone(kind: Kind) -> Tone:
    """Return how a kind of change is shown."""
    return _KINDS.get(kind, Tone.PLAIN)


def strength_tone(strength: Strength) -> Tone:
    """Return how "how well a change would be seen" is shown."""
    return _STRENGTHS.get(strength, Tone.PLAIN)
