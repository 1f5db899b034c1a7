"""Which protocols are decoded, on which ports. A table: the only place that knows all of them."""

from typing import Final

from ccontrol.sources.wire import framing
from ccontrol.sources.wire.flow import Family
from ccontrol.sources.wire.iso import Iso

PORTS: Final = {102: "s7"}
"""Port → name of what is spoken there; the same names serve for other ports."""

STREAMS: Final = {"s7": Family(framing.tpkt, Iso)}
"""Over TCP."""

DATAGRAMS: Final[dict[str, Family]] = {}
"""Over UDP."""

DCP_FAMILY: Final = Family(framing.tpkt, Iso)
