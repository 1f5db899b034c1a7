"""Our own ends of connections, as journal entries name them: "127.0.0.1:40022", "[::1]:40022"."""

import ipaddress


def parsed(own_end: str) -> tuple[str, int] | None:
    """Return address and port of an end; None for what is none."""
    address, _, port = own_end.rpartition(":")
    try:
        return ipaddress.ip_address(address.strip("[]")).compressed, int(port)
    except ValueError:
        return None
