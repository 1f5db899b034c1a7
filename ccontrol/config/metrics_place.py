"""[engine] metrics: the address and port at which numbers are served."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator


def metrics_place(text: str) -> tuple[str, int] | None:
    """Return the address and port of a checked setting; None for an empty one."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def _a_metrics_place(text: str) -> str:
    try:
        place = metrics_place(text)
        if place is not None:
            ipaddress.ip_address(place[0])
        is_sound = place is None or 0 < place[1] < 1 << 16
    except ValueError:
        is_sound = False
    if not is_sound:
        raise ValueError(f'want an IP address and a port, like "127.0.0.1:9480", got {text[:80]!a}')
    return text


def is_beyond_this_host(text: str) -> bool:
    """Tell whether others can reach the place that a checked setting names."""
    place = metrics_place(text)
    return place is not None and not ipaddress.ip_address(place[0]).is_loopback


MetricsPlace = Annotated[str, AfterValidator(_a_metrics_place)]
