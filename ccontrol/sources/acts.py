"""One request that matters, before requests are folded into events."""

from typing import Final, Protocol

OK: Final = "ok"
UNANSWERED: Final = ""
MOST_ERRORS: Final = 16


class Tally:
    """What the controller answered to acts that were folded together."""

    __slots__ = ("done", "errors", "refused", "size", "unanswered")

    def __init__(self) -> None:
        self.done = self.refused = self.unanswered = 0
        self.size: int | None = None
        self.errors: set[str] = set()

    def settle(self, word: str) -> None:
        """One that was unanswered has its answer."""
        self.unanswered -= 1
        if word == OK:
            self.done += 1
            return
        self.refused += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.add(word)


class Act:
    """One request (or report of a controller) and, when it came, the answer.

    Mutable and lean on purpose: a firmware load has thousands, and most live for one answer.
    """

    __slots__ = (
        "action", "by_server", "facts", "frame", "kind", "name", "outcome", "protocol", "redacted",
        "route", "sha256", "size", "tallies", "time_ns",
    )  # fmt: skip

    def __init__(self, protocol: str, action: str, kind: str = "", name: str = "") -> None:
        self.protocol = protocol
        self.action = action
        self.kind = kind
        self.name = name
        self.size: int | None = None
        self.sha256 = ""
        self.facts: tuple[tuple[str, str], ...] = ()
        self.route: tuple[str, ...] = ()
        self.redacted = False
        self.by_server = False
        """The side that is taken for the controller did it to the other one."""
        self.outcome = UNANSWERED
        self.frame = 0
        self.time_ns = 0
        self.tallies: tuple[Tally, ...] = ()

    def settle(self, word: str) -> None:
        """Note the controller's answer: OK, or an error as the protocol writes it. Once only."""
        if self.outcome == UNANSWERED:
            self.outcome = word
            for tally in self.tallies:
                tally.settle(word)

    def grow(self, size: int) -> None:
        """Count content that passed, also after the act was told."""
        self.size = (self.size or 0) + size
        for tally in self.tallies:
            tally.size = (tally.size or 0) + size


class Conversation(Protocol):
    """What a decoder may know and say of the flow that it listens to."""

    overtaken: bool
    """The message in hand answers something that has not passed here, or not yet."""
    messages: int
    """Messages heard so far, both ways."""
    tears: int
    """How often bytes were missing so far: equal before and after, and nothing was."""
    midway: bool
    """Set by the decoder: pieces of a message that was begun are still to come."""

    def tell(self, act: Act) -> None:
        """Report an act that just passed."""

    def hold(self, size: int) -> None:
        """Report that so many bytes more are held back; fewer when negative."""

    def tear(self) -> None:
        """Report that what came is no message, or that something before it is missing."""

    def claim(self, kind: str, value: str) -> None:
        """Report what the client said about itself."""

    def role(self, word: str) -> None:
        """Report what the client says it is: engineering, hmi or other."""

    def encrypted(self) -> None:
        """Report that nothing can be read from here on."""
