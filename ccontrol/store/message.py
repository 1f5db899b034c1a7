"""The text of a commit: subject, body and trailers, made so that git reads exactly these trailers.

What the words say is the caller's business; here they are only made harmless and put in order.
"""

import re
from dataclasses import dataclass

TREE_TRAILER = "Tree-SHA256"
PARENT_TRAILER = "Parent-SHA256"
_OWN_TRAILERS = frozenset({TREE_TRAILER.lower(), PARENT_TRAILER.lower()})

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_TRAILER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*): (.*)")
_UNSAFE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    r"\ud800-\udfff\ufeff\U000e0000-\U000e007f]",
)


_FIRST_WIDE = 0x100


@dataclass(frozen=True, slots=True)
class Message:
    """What a commit says. Hostile text is allowed everywhere but in the trailers' names."""

    subject: str
    body: str = ""
    trailers: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.subject.strip():
            raise ValueError("a commit needs a subject")
        for name, _value in self.trailers:
            if _KEY.fullmatch(name) is None or name.lower() in _OWN_TRAILERS:
                raise ValueError(f"{name!r} cannot be the name of a trailer")


def compose(message: Message, own: tuple[tuple[str, str], ...]) -> str:
    """Return the whole text; `own` are the store's trailers, which come last."""
    subject = " ".join(visible(message.subject).split())
    lines = "\n".join(
        f"{name}: {' '.join(visible(value).split())}" for name, value in (*message.trailers, *own)
    )
    parts = (subject, _harmless_body(message.body), lines)
    return "\n\n".join(part for part in parts if part) + "\n"


def trailers(text: str) -> tuple[tuple[str, str], ...]:
    """Return the trailers of a commit's text: its last paragraph, if all of it is trailers."""
    head, _, last = text.rstrip("\n").rpartition("\n\n")
    matches = [_TRAILER.fullmatch(line) for line in last.split("\n")]
    if not head or not all(matches):
        return ()
    return tuple((match[1], match[2]) for match in matches if match)


def visible(text: str) -> str:
    r"""Return the text with everything that steers a terminal or hides itself written as `\x1b`."""
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    if match[0] == "\t":
        return "    "
    code = ord(match[0])
    return f"\\x{code:02x}" if code < _FIRST_WIDE else f"\\u{code:04x}"


def _harmless_body(body: str) -> str:
    """Return the body with its edges trimmed and no line that git takes for the end of the text."""
    lines = [line.rstrip() for line in visible(body.replace("\r\n", "\n")).split("\n")]
    shielded = [f" {line}" if line.startswith("---") else line for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(shielded)).strip("\n")
