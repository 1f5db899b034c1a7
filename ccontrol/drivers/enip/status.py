"""The words with which CIP says no, and what an operator can do about each.

Numbers: The CIP Networks Library, volume 1, appendix B; those of routing from its chapter 3-5 and
from what 1756 chassis are reported to answer. Extended words are the maker's where not named.
"""

from ccontrol.drivers.enip.frames import Reply

SUCCESS, CONNECTION_FAILURE, NO_RESOURCE = 0x00, 0x01, 0x02
NO_SUCH_PATH, MORE, BUSY, NO_SUCH_SERVICE = 0x05, 0x06, 0x10, 0x08
NO_SUCH_ATTRIBUTE, NO_SUCH_OBJECT, SOME_ATTRIBUTES = 0x14, 0x16, 0x0A

NOT_SUPPORTED = frozenset(
    {NO_SUCH_PATH, NO_SUCH_SERVICE, NO_SUCH_ATTRIBUTE, NO_SUCH_OBJECT, 0x04, 0x09}
)
"""There is no such object, service or attribute: nothing is there to be read, now or later."""

_NO_MORE_CONNECTIONS = 0x0113
_TIMED_OUT = 0x0204
_NO_MODULE = frozenset({0x0311, 0x0312, 0x0318})
"""No such port, no such link, a link to ourselves."""

_WORDS = {
    0x01: "a connection on the way failed",
    0x02: "it has no resources left for the question: it is asked again",
    0x03: "it found a parameter invalid",
    0x04: "it does not know the path",
    0x05: "it has no such object",
    0x08: "it has no such service",
    0x0C: "it is in a state that does not allow it now",
    0x0F: "it needs a privilege that ccontrol does not have",
    0x10: "it is in a state that does not allow it now",
    0x11: "the answer is longer than its message may be",
    0x13: "it found too few parameters",
    0x14: "it has no such attribute",
    0x15: "it found too many parameters",
    0x16: "it has no such object",
    0x1E: "a service within the packet failed",
    0x26: "it found the path's length wrong",
}
_PASSING = frozenset({0x01, 0x02, 0x0C, 0x10})
_ENCAPSULATION = {
    0x01: "it does not know the command",
    0x02: "it has no memory left for another session",
    0x03: "it found the data malformed",
    0x64: "the session is not valid any more",
    0x65: "it found the length wrong",
    0x69: "it speaks another version of the protocol",
}


def words(reply: Reply) -> str:
    """Say why a question was refused, with its numbers; the same words at every poll."""
    text = _WORDS.get(reply.status, "it refuses")
    if reply.status == CONNECTION_FAILURE and reply.extended:
        text = _of_connection(reply.extended[0])
    numbers = f"status 0x{reply.status:02x}"
    if reply.extended:
        numbers += f", 0x{reply.extended[0]:04x}"
    return f"{text} ({numbers})"


def encapsulation_words(status: int) -> str:
    """Say why a whole message was refused before it reached any object."""
    return f"{_ENCAPSULATION.get(status, 'it refuses')} (encapsulation status 0x{status:02x})"


def is_passing(reply: Reply) -> bool:
    """Tell whether asking again later may help without anybody doing anything."""
    return reply.status in _PASSING


def table_is_full(reply: Reply) -> bool:
    """Tell whether a controller has no room for one more connection."""
    return reply.status == CONNECTION_FAILURE and reply.extended[:1] == (_NO_MORE_CONNECTIONS,)


def leads_nowhere(reply: Reply) -> bool:
    """Tell whether the end of a route is known to hold no module; silence alone does not say so."""
    return reply.status == CONNECTION_FAILURE and bool(_NO_MODULE.intersection(reply.extended[:1]))


def is_silent(reply: Reply) -> bool:
    """Tell whether a module at the end of a route gave no answer, or none is there."""
    return reply.status == CONNECTION_FAILURE and reply.extended[:1] == (_TIMED_OUT,)


def _of_connection(extended: int) -> str:
    if extended == _NO_MORE_CONNECTIONS:
        return "it has no connection left"
    if extended == _TIMED_OUT:
        return "no answer came from behind the bridge"
    if extended in _NO_MODULE:
        return "the route leads to no module"
    return "a connection on the way failed"
