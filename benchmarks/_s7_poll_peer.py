"""python-snap7's own client, asking what our driver asks, one thread per controller.

A process of its own, started by s7_poll: prints processor time per controller and wall time.

    python -m benchmarks._s7_poll_peer glance|inventory|full '[["127.0.0.1", 1102], …]'
"""

import json
import logging
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from snap7.client import Client
from snap7.type import Block

TYPES = (Block.OB, Block.FB, Block.FC, Block.DB)
MOST_BLOCK_BYTES = 65_536


def glance(client: Client) -> None:
    """The same four questions; index 4 where the library itself would ask for 0."""
    for number, index in ((0x0132, 1), (0x0232, 4), (0x0424, 0), (0x01A0, 1)):
        client.read_szl(number, index)
    client.list_blocks()


def inventory(client: Client) -> None:
    """Lists of all types that have blocks, and the info of each block."""
    glance(client)
    for kind, number in _blocks(client):
        client.get_block_info(kind, number)


def full(client: Client) -> None:
    """Lists, infos, and every block."""
    glance(client)
    for kind, number in _blocks(client):
        client.get_block_info(kind, number)
        client.full_upload(kind, number)


def _blocks(client: Client) -> list[tuple[Block, int]]:
    found = client.list_blocks()
    counts = {Block.OB: found.OBCount, Block.FB: found.FBCount, Block.FC: found.FCCount}
    counts[Block.DB] = found.DBCount
    return [
        (kind, number)
        for kind in TYPES
        if counts[kind]
        for number in client.list_blocks_of_type(kind, counts[kind])
    ]


def poll(address: tuple[str, int], what: Callable[[Client], None]) -> None:
    """Poll one controller."""
    client = Client()
    client.use_optimizer = False
    client.connect(address[0], 0, 2, address[1])
    try:
        what(client)
    finally:
        client.disconnect()


def main() -> None:
    """Poll all of them at once and print what it took."""
    logging.disable(logging.CRITICAL)
    what = {"glance": glance, "inventory": inventory, "full": full}[sys.argv[1]]
    where: list[tuple[str, int]] = [tuple(one) for one in json.loads(sys.argv[2])]
    poll(where[0], what)
    before, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    with ThreadPoolExecutor(len(where)) as threads:
        list(threads.map(lambda address: poll(address, what), where))
    after, seconds = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - wall
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu_ms": cpu_s / len(where) * 1000, "wall_s": seconds}))


if __name__ == "__main__":
    main()
