"""Which protocols are decoded, on which ports. A table: the only place that knows all of them."""

from typing import Final

from ccontrol.sources.wire import framing
from ccontrol.sources.wire.ads import Ads
from ccontrol.sources.wire.dcp import Dcp
from ccontrol.sources.wire.enip import Enip
from ccontrol.sources.wire.fins import Fins
from ccontrol.sources.wire.flow import Family
from ccontrol.sources.wire.iso import Iso
from ccontrol.sources.wire.modbus import Modbus

PORTS: Final = {102: "s7", 502: "modbus", 9600: "fins", 44818: "enip", 48898: "ads"}
"""Port → name of what is spoken there; the same names serve for other ports."""

STREAMS: Final = {
    "s7": Family(framing.tpkt, Iso),
    "modbus": Family(framing.modbus, Modbus),
    "fins": Family(framing.fins, Fins),
    "enip": Family(framing.enip, Enip),
    "ads": Family(framing.ams, Ads),
}
"""Over TCP."""

DATAGRAMS: Final = {"fins": Family(framing.whole, Fins), "enip": Family(framing.whole, Enip)}
"""Over UDP."""

DCP_FAMILY: Final = Family(framing.whole, Dcp)
"""Over Ethernet itself."""
