"""Run by the python of .aside/cip-clients: pycomm3's SLCDriver reads or attacks a processor.

pccc_client.py read|attack PORT; JSON on the last line, since the library prints by itself.
"""

import importlib
import json
import sys
from typing import Any

Stranger = Any  # objects of that library
ADDRESSES = (
    "S:1", "S:57", "S:59", "N7:3", "N7:0{10}", "T4:0.PRE", "C5:0.PRE", "F8:0", "B3/0", "I:0",
    "N99:0",
)  # fmt: skip


def read(plc: Stranger) -> dict[str, Any]:
    return {
        "type": plc.get_processor_type(),
        "files": plc.get_file_directory(),
        "values": {address: plc.read(address).value for address in ADDRESSES},
    }


def attack(plc: Stranger) -> dict[str, Any]:
    return {
        "integer": plc.write(("N7:0", 3)).error,
        "bit": plc.write(("B3/0", True)).error,
        "preset": plc.write(("T4:0.PRE", 1)).error,
    }


def main() -> None:
    what, port = sys.argv[1:]
    library = importlib.import_module("pycomm3")
    with library.SLCDriver(f"127.0.0.1:{port}") as plc:
        told = {"read": read, "attack": attack}[what](plc)
    identity = library.CIPDriver.list_identity(f"127.0.0.1:{port}")
    sys.stdout.write("\n" + json.dumps({"identity": identity, **told}, default=str))


main()
