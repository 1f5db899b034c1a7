"""systemd's notification protocol: one datagram per word. Does nothing where nobody listens."""

import os
import socket

SOCKET_VARIABLE = "NOTIFY_SOCKET"


class Notifier:
    """Tells the service manager how the daemon does. See sd_notify(3)."""

    def __init__(self, address: str | None) -> None:
        # A leading "@" stands for the abstract namespace (sd_notify(3), "NOTES").
        self._address = f"\0{address[1:]}" if address and address[0] == "@" else address

    @classmethod
    def from_environment(cls) -> "Notifier":
        """Return a notifier for whoever started this process."""
        return cls(os.environ.get(SOCKET_VARIABLE))

    def say(self, *words: str) -> None:
        """Send words like "READY=1". Raises OSError when the manager's socket does not answer."""
        if self._address is None:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
            door.connect(self._address)
            door.send("\n".join(words).encode())
