"""Messages of Modicon M580 CPUs and their modules: the two texts that could be sourced.

"Event log message descriptions" for M580 CPUs with firmware before 4.0, BMENUA0100 and BMENOR2200H
(Control Expert's help, cyber security, after the reference manual EIO0000001999): MSGID names the
service, the message holds `peerAddr`, `type` and `appMsg`. Schneider says that CPUs send other
texts than the manual has (FAQ FA409423, firmware 3.10), so only what says itself in plain words is
taken: a login and a connection. All else (downloads, modes, firmware) is kept as text.
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Final

from ccontrol.model.engineering import Reach
from ccontrol.sources.syslog.meant import Meant, Row
from ccontrol.sources.syslog.message import Message

TABLE: Final[Mapping[str, Row]] = {
    "Successful login": Row("credential.use"),
    "Successful connection": Row("session.open"),
}
MARK: Final = rb"Successful (?:login|connection)"
SERVICES: Final = {
    "FTP": Reach.NETWORK,
    "HTTP": Reach.NETWORK,
    "HTTPS": Reach.NETWORK,
    "MODBUS": Reach.NETWORK,
    "EIP": Reach.NETWORK,
    "OPC-UA": Reach.NETWORK,
    "DEVICE_MANAGER": Reach.UNSAID,  # the application password, by UMAS: over Ethernet or USB
}
"""MSGIDs, and from where such a service is reached."""
_TEXT: Final = re.compile(MARK.decode())
_PEER: Final = re.compile(r"peerAddr\W{1,4}([0-9A-Fa-f.:]{2,45})")


def read(message: Message) -> Meant | None:
    """Return what a message means; None for whatever is none, or is not in the table."""
    found = _TEXT.search(message.text)
    if found is None or message.id not in SERVICES:
        return None
    reach = SERVICES[message.id]
    peer = _PEER.search(message.text)
    return Meant(
        name=found[0],
        row=TABLE[found[0]],
        reach=reach,
        station=_address(peer[1]) if peer else "",
        facts=(("service", message.id),),
    )


def _address(said: str) -> str:
    try:
        return str(ipaddress.ip_address(said.rstrip(".:")))
    except ValueError:
        return ""
