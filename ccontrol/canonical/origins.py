"""An origin in words: how well it is founded, who, how well it was watched, what was weighed.

Texts as they came: whoever shows them makes them printable and cuts them to a line.
"""

from collections.abc import Iterator

from ccontrol.model.engineering import Actor
from ccontrol.model.judgement import Attribution, Confidence, Coverage, Gap, Origin, Watching

_WATCHING = {
    Watching.MIRRORED: "its own port",
    Watching.PATH: "a way to it, another need not have been",
    Watching.DEGRADED: "a way to it, with gaps",
    Watching.NONE: "nothing",
}


def founded(attribution: Attribution) -> str:
    """Return the origin and how well it is founded: "network, confirmed"."""
    return origin_words(attribution.origin, attribution.confidence)


def origin_words(origin: Origin, confidence: Confidence) -> str:
    """Return an origin with its confidence, if it has one."""
    return origin.value if confidence is Confidence.NONE else f"{origin.value}, {confidence.value}"


def actor_words(actor: Actor) -> str:
    """Return a station with what it says of itself: "192.0.2.50:50001 (tsap SIMATIC-ROOT-ES)"."""
    port = f":{actor.port}" if actor.address and actor.port else ""
    claims = [f"{claim.kind} {claim.value}" for claim in actor.claims]
    told = [*claims, *([f"MAC {actor.mac}, {actor.mac_scope.value}"] if actor.mac else [])]
    return f"{actor.address or actor.mac}{port}" + (f" ({', '.join(told)})" if told else "")


def watching_words(coverage: Coverage) -> str:
    """Return what was watched, and by whom; "" where no sensor is set up."""
    if not coverage.sensors:
        return ""
    return f"{_WATCHING[coverage.watching]}, by {', '.join(coverage.sensors)}"


def gap_words(gap: Gap) -> str:
    """Return a gap as a line."""
    return f"{gap.since:%Y-%m-%d %H:%M:%S} to {gap.until:%Y-%m-%d %H:%M:%S} UTC: {gap.reason}"


def weighed_words(attribution: Attribution) -> Iterator[str]:
    """Yield what was weighed, strongest first, a line each, and how much more there was."""
    for one in attribution.weighed:
        yield f"{one.grade.value}: {one.text}"
    if attribution.left_out:
        yield f"and {attribution.left_out} more that are not kept"
