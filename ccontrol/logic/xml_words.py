"""Text of XML elements → text of one line, secrets sealed. Knows no element but descriptions."""

import hashlib
from functools import lru_cache

from ccontrol.logic.file import SealText
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of

MOST_CHARS = 2000
"""A longer value (an embedded picture, a trend's template) is told by its size and hash."""
_SECRETS = (
    *("passw", "passphrase", "passkey", "pwd", "kennwort", "secret"),
    *("privatekey", "sourcekey", "presharedkey", "apikey", "community"),
)
"""What the name of a secret holds, in small letters; "community": the password of SNMP."""


def text_of(element: Element) -> str:
    """Return an element's text without the white space of its layout; languages side by side."""
    own = (element.text or "").strip()
    if len(element) == 0:
        return own.replace("\r\n", "\n")
    others = (
        f"[{child.get('Lang', name_of(child))}] {(child.text or '').strip()}" for child in element
    )
    text = "\n".join(said for said in (own, *others) if said)
    return text.replace("\r\n", "\n")


def child(element: Element, name: str) -> Element | None:
    """Return the first child of that name."""
    return next((each for each in element if name_of(each) == name), None)


def by_name(element: Element) -> dict[str, list[Element]]:
    """Return the children of an element under their names, in the file's order."""
    held: dict[str, list[Element]] = {}
    for each in element:
        held.setdefault(name_of(each), []).append(each)
    return held


def inside(element: Element, holder: str) -> list[Element]:
    """Return what lies in the first child of that name."""
    found = child(element, holder)
    return [] if found is None else list(found)


def shown(value: str) -> str:
    """Return a value in one line, a blank at its end escaped; a very long one by its hash."""
    if len(value) <= MOST_CHARS:
        text = printable(value)
        return f"{text[:-1]}\\x20" if text.endswith(" ") else text
    words = " ".join(value.split())
    digest = hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
    return f"({len(words)} characters, sha256 {digest})"


def sealed(name: str, value: str, seal: SealText) -> str:
    """Return a value as it is shown, or its seal where its name says that it is a secret."""
    return told(value, seal, hidden=is_secret(name))


def told(value: str, seal: SealText, *, hidden: bool) -> str:
    """Return a value as it is shown, or its seal."""
    return shown(seal(value)) if value and hidden else shown(value)


def hushed(value: str, seal: SealText, *, hidden: bool) -> str:
    """Return a value, or its seal; neither is made printable yet."""
    return seal(value) if value and hidden else value


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Tell by the name of a setting or member whether its value is to be sealed."""
    return names_a_secret(name)


def names_a_secret(text: str) -> bool:
    """Tell whether a text of any length holds such a name."""
    small = text.lower()
    return any(word in small for word in _SECRETS)


def assignment(name: str, value: str) -> str:
    """Return `name = value`, without a trailing blank."""
    return f"{name} = {value}" if value else f"{name} ="
