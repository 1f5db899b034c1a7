"""pycomm3's or pylogix's own tag list, in a process of its own.

Run by the python of .aside/cip-clients (tests/strangers/install), which has no ccontrol: prints how
many tags it listed, and what that took once the library was loaded.

    .aside/cip-clients/bin/python -m benchmarks._logix_poll_peer pycomm3|pylogix HOST PORT
"""

import importlib
import json
import sys
from dataclasses import asdict

from benchmarks._growth import measured


def pycomm3(host: str, port: int) -> int:
    """Every tag of the controller and of its programs, types included, as `open` reads them."""
    library = importlib.import_module("pycomm3")
    with library.LogixDriver(f"{host}:{port}/bp/0") as plc:
        return len(plc.tags)


def pylogix(host: str, port: int) -> int:
    """The same by GetTagList, which counts the programs themselves among the tags."""
    library = importlib.import_module("pylogix")
    with library.PLC(host, slot=0, port=port, timeout=30) as plc:
        tags = plc.GetTagList()
        if tags.Status != "Success":
            raise SystemExit(tags.Status)
        return sum(
            not tag.TagName.startswith("Program:") or "." in tag.TagName for tag in tags.Value
        )


def main() -> None:
    """Load the library, list the tags, print what it took."""
    name, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    importlib.import_module(name)
    listing = {"pycomm3": pycomm3, "pylogix": pylogix}[name]
    tags, taken = measured(lambda: listing(host, port))
    print(json.dumps({"tags": tags, **asdict(taken)}))


if __name__ == "__main__":
    main()
