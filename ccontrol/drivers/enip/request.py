"""One question to an object of a controller, and the way there. Pure; says nothing in bytes."""

import re
from dataclasses import dataclass

GET_ALL, GET_LIST, SEVERAL = 0x01, 0x03, 0x0A
UNCONNECTED_SEND, FORWARD_OPEN, LARGE_FORWARD_OPEN, FORWARD_CLOSE = 0x52, 0x54, 0x5B, 0x4E
IDENTITY, MESSAGE_ROUTER, CONNECTION_MANAGER = 0x01, 0x02, 0x06
OUR_VENDOR = 0x1009
"""As whom we open connections: no vendor of devices, so that they are told from any other."""

Route = tuple[tuple[int, str], ...]
"""Hops from the adapter to the controller: port and link. () is the adapter itself."""

_PORT = re.compile(r"[1-9]|1[0-4]")
_LINK = re.compile(r"[0-9]{1,3}|[0-9]{1,3}(\.[0-9]{1,3}){3}")
_MOST_LINK, _MOST_HOPS = 0xFF, 8


@dataclass(frozen=True, slots=True)
class Request:
    """A service of an object, with its parameters."""

    service: int
    objects: tuple[tuple[int, int], ...] = ()
    """Class and instance, from the outermost in: ((0x68, program), (0x6D, routine))."""
    data: bytes = b""
    symbol: str = ""
    """The name within which the objects are meant, or that is meant itself: "Program:Main"."""


def route_of(text: str) -> Route:
    """Read a route as people write it: "1/0", "1/3/2/192.168.1.5/1/0", "". Raises ValueError."""
    if not text:
        return ()
    words = text.split("/")
    hops = tuple(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or len(hops) > _MOST_HOPS:
        raise ValueError(f"a route is at most {_MOST_HOPS} pairs of port and link, as in 1/0")
    return tuple((_port(port), _link(link)) for port, link in hops)


def attributes(*numbers: int) -> bytes:
    """Return the parameters of a Get_Attribute_List: how many, and which."""
    return b"".join(number.to_bytes(2, "little") for number in (len(numbers), *numbers))


def _port(text: str) -> int:
    if _PORT.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no port: 1 is the backplane, 2 to 14 are networks")
    return int(text)


def _link(text: str) -> str:
    parts = text.split(".")
    if _LINK.fullmatch(text) is None or any(int(part) > _MOST_LINK for part in parts):
        raise ValueError(f"{text!r} is no link: want a slot or node, 0 to 255, or an IPv4 address")
    return text if len(parts) > 1 else str(int(text))
