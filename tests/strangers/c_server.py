"""Run by the python of .aside/snap7-c: the genuine C server with some data blocks; never ends.

c_server.py PORT       prints "ready" once it listens on 127.0.0.1
"""

import ctypes
import importlib
import sys
import threading

server_module = importlib.import_module("snap7.server")  # version 2.1.0, see c_client.py
types = importlib.import_module("snap7.type")


def main() -> None:
    server = server_module.Server(log=False)
    areas = [(ctypes.c_uint8 * size)(*(n % 256 for n in range(size))) for size in (2, 100, 600)]
    for number, area in enumerate(areas, start=1):
        server.register_area(types.SrvArea.DB, number, area)
    server.start_to("127.0.0.1", int(sys.argv[1]))
    print("ready", flush=True)  # noqa: T201 — what the fixture waits for
    threading.Event().wait()


main()
