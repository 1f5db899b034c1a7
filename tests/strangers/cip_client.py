"""Run by the python of .aside/cip-clients: foreign CIP clients read a chassis; JSON out.

cip_client.py pycomm3|slots|pylogix|cpppo|attack PORT [PATH]
For pycomm3 a PATH is like bp/0, for the others it is a slot.
"""

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

HOST = "127.0.0.1"
TIMEOUT_S = 30
Stranger = Any  # objects of those libraries


def _tag(definition: dict[str, Any]) -> list[object]:
    return [definition["data_type_name"], definition["dimensions"][: definition["dim"]]]


def _whole(name: str, definition: dict[str, Any]) -> str:
    return f"{name}{{{definition['dimensions'][0]}}}" if definition["dim"] else name


def pycomm3(port: int, path: str) -> dict[str, Any]:
    library = importlib.import_module("pycomm3")
    where = f"{HOST}:{port}/{path}".rstrip("/")
    with library.LogixDriver(where) as plc:
        members = {
            name: list(definition["data_type"]["attributes"])
            for name, definition in plc.tags.items()
            if definition["tag_type"] == "struct"
        }
        info = {key: value for key, value in plc.get_plc_info().items() if key != "status"}
        return {
            "info": info,
            "name": plc.get_plc_name(),
            "size": plc.connection_size,
            "tags": {name: _tag(definition) for name, definition in plc.tags.items()},
            "structures": members,
            "programs": {name: one["routines"] for name, one in plc.info["programs"].items()},
            "tasks": list(plc.info["tasks"]),
            "values": {name: plc.read(_whole(name, one)).value for name, one in plc.tags.items()},
            "time": str(plc.get_plc_time().value["datetime"]),
        }


def slots(port: int, _path: str) -> dict[str, str]:
    library = importlib.import_module("pycomm3")
    found = {}
    with library.CIPDriver(f"{HOST}:{port}") as plc:
        for slot in range(10):
            try:
                found[str(slot)] = plc.get_module_info(slot)["product_name"]
            except library.ResponseError as nobody:
                found[str(slot)] = type(nobody).__name__
    return found


def _device(answer: Stranger) -> list[object]:
    device = answer.Value
    return [
        device.ProductName, device.VendorID, device.DeviceID, device.ProductCode, device.Revision,
        device.SerialNumber, device.Status,
    ]  # fmt: skip


def pylogix(port: int, slot: str) -> dict[str, Any]:
    library = importlib.import_module("pylogix")
    with library.PLC(HOST, slot=int(slot or 0), port=port, timeout=TIMEOUT_S) as plc:
        tags = plc.GetTagList()
        return {
            "device": _device(plc.GetDeviceProperties()),
            "modules": {str(n): _device(plc.GetModuleProperties(n)) for n in (0, 1, 3)},
            "programs": plc.GetProgramsList().Value,
            "tags": {tag.TagName: [tag.DataType, tag.Size] for tag in tags.Value},
            "status": tags.Status,
            "structures": {
                name: [member.TagName for member in udt.Fields]
                for name, udt in plc.UDTByName.items()
            },
            "actual": plc.Read("Actual").Value,
            "recipe": plc.Read("Recipe", 10).Value,
            "time": str(plc.GetPLCTime().Value),
        }


def _operate(connection: Stranger, operations: Stranger, **how: int) -> list[list[object]]:
    done = connection.pipeline(operations=operations, timeout=TIMEOUT_S, **how)
    return [[status, value] for _, _, _, _, status, value in done]


def cpppo(port: int, slot: str) -> dict[str, Any]:
    client = importlib.import_module("cpppo.server.enip.client")
    attributes = importlib.import_module("cpppo.server.enip.get_attribute").attribute_operations
    route = [{"port": 1, "link": int(slot or 0)}]
    names = ["Actual", "Recipe[0-9]", "Press.Max", "Program:MainProgram.Left"]
    objects = ["@1/1/7", "@0x64/1/1", "@0xAC/1", "@0x8E/1/27", "@1/1/99", "@0x123/1/1"]
    with client.connector(host=HOST, port=port, timeout=TIMEOUT_S) as connection:
        connection.list_identity(timeout=TIMEOUT_S)
        listed, _ = client.await_response(connection, timeout=TIMEOUT_S)
        identity = dict(listed.enip.CIP.list_identity.CPF.item[0].identity_object)
        read = client.parse_operations
        found = {
            "identity": identity,
            "tags": _operate(connection, list(read(names, route_path=route)), depth=1, multiple=0),
            "packed": _operate(
                connection, list(read(names, route_path=route)), depth=2, multiple=400
            ),
            "objects": _operate(
                connection, list(attributes(objects, route_path=route)), depth=1, multiple=0
            ),
        }
    way = [*route, {"class": 2}, {"instance": 1}]
    with client.implicit(
        host=HOST, port=port, timeout=TIMEOUT_S, connection_path=way
    ) as connection:
        found["connected"] = _operate(connection, list(read(names)), depth=1, multiple=0)
    return found


def attack(port: int, path: str) -> dict[str, Any]:
    """What would change a controller; says how each attempt ended."""
    library = importlib.import_module("pycomm3")
    with library.LogixDriver(f"{HOST}:{port}/{path}") as plc:
        return {
            "write": plc.write("Actual", 1.5).error,
            "bit": plc.write("Recipe[0].3", True).error,
            "time": plc.set_plc_time(1_000_000).error,
            "reset": plc.generic_message(service=0x05, class_code=1, instance=1).error,
            "name": plc.generic_message(
                service=0x10, class_code=0x64, instance=1, attribute=1, request_data=b"\1\0X"
            ).error,
            "pccc": plc.generic_message(
                service=0x4B, class_code=0x67, instance=1, request_data=bytes(12)
            ).error,
        }


def main() -> None:
    what, port, *path = sys.argv[1:]
    clients: dict[str, Callable[[int, str], dict[str, Any]]] = {
        "pycomm3": pycomm3, "slots": slots, "pylogix": pylogix, "cpppo": cpppo, "attack": attack,
    }  # fmt: skip
    json.dump(clients[what](int(port), path[0] if path else ""), sys.stdout, default=str)


main()
