"""What a line of each ICSNPP log means: the requests in it become acts, the answers settle them.

Field names and values as in the parsers' own logs of 2025 (icsnpp-s7comm, -enip, -modbus and
-omron-fins). A reader raises KeyError or ValueError for a line without what it needs.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from ccontrol.sources.acts import OK, Act
from ccontrol.sources.logs.rows import Talk
from ccontrol.sources.wire.cip_meanings import meaning_of
from ccontrol.sources.wire.cip_path import Path
from ccontrol.sources.wire.fins import COMMANDS
from ccontrol.sources.wire.s7_blocks import block_name
from ccontrol.sources.wire.s7_userdata import ASKED

Row = Mapping[str, str]
Log = Callable[[Row, Talk], Iterator[Act]]


class Kind(NamedTuple):
    """How a log is read, and what its lines leave out."""

    read: Log
    weaknesses: tuple[str, ...]


_S7: Final = {
    0x05: ("variable.write", "variable"),
    0x1A: ("program.download", ""),
    0x1C: ("program.download", ""),
    0x1D: ("program.upload", ""),
    0x1F: ("program.upload", ""),
    0x29: ("mode.stop", ""),
}
_SERVICES: Final = {
    "_INSE": "program.activate",
    "_DELE": "program.delete",
    "P_PROGRAM": "mode.run",
    "_MODU": "memory.persist",
    "_GARB": "memory.compress",
}
_PI, _JOB, _USERDATA, _ASKS = 0x28, 1, 7, 4


def s7comm(row: Row, talk: Talk) -> Iterator[Act]:
    """Read a line of s7comm.log: one message of either side, each counting for itself."""
    kind, function = int(row["rosctr_code"]), int(row["function_code"], 16)
    by_client = row["is_orig"] == "T"
    reference = f"{row['pdu_reference']} {by_client}"
    if kind == _JOB:
        act = _s7_job(function, row)
    elif kind == _USERDATA and function >> 4 == _ASKS:
        action = ASKED.get((function & 0x0F, int(row["subfunction_code"], 16)))
        act = Act("s7comm", action) if action else None
    else:
        talk.answered(f"{row['pdu_reference']} {not by_client}", _s7_word(row))
        return
    talk.asked(reference, act)
    if act is not None:
        act.redacted = act.action == "credential.use"
        yield act


def _s7_job(function: int, row: Row) -> Act | None:
    if function == _PI:
        service = row.get("subfunction_code", "")
        action = _SERVICES.get(service, "object.command")
        return Act("s7comm", action)
    meaning = _S7.get(function)
    return Act("s7comm", *meaning) if meaning else None


def _s7_word(row: Row) -> str:
    code = row.get("error_code", "0x00").removeprefix("0x").upper()
    return OK if row.get("error_class", "No error") == "No error" else code


def s7comm_loads(row: Row, talk: Talk) -> Iterator[Act]:
    """Read a line of s7comm_upload_download.log: one message of a load, with the block's name."""
    function, by_client = row["function_name"], row["is_orig"] == "T"
    reference = f"{row['pdu_reference']} {by_client}"
    if not row["rosctr"].startswith("Job"):
        talk.answered(f"{row['pdu_reference']} {not by_client}", OK)
        return
    act = None
    name = block_name(row.get("filename", "").lstrip("_").encode())
    if function not in {"Upload", "Download Block"}:
        action = "program.upload" if "Upload" in function else "program.download"
        act = Act("s7comm", action, name.rstrip("0123456789"), name)
        act.size = int(row["blocklength"]) if "blocklength" in row else None
    talk.asked(reference, act)
    if act is not None:
        yield act


_PLUS: Final = {
    0x04CA: "object.command",
    0x04D4: "object.command",
    0x04F2: "object.command",
    0x0556: "transaction.begin",
    0x0560: "transaction.end",
}
_PLUS_REQUEST: Final = 0x31


def s7comm_plus(row: Row, talk: Talk) -> Iterator[Act]:
    """Read a line of s7comm_plus.log, which tells no object: what was set or made is not known."""
    del talk  # nor which answer belongs to which request
    if int(row["opcode"], 16) == _PLUS_REQUEST and "function_code" in row:
        action = _PLUS.get(int(row["function_code"], 16))
        if action:
            yield Act("s7commplus", action)


def cip(row: Row, talk: Talk) -> Iterator[Act]:
    """Read a line of cip.log: one service, whether alone or in a packet of several."""
    reference = row.get("cip_sequence_count", "")
    if row["direction"] != "request":
        code = row.get("cip_status_code", "0x00").removeprefix("0x").upper()
        talk.answered(reference, OK if int(code, 16) == 0 else code)
        return
    act = None
    if "class_id" in row:
        number = int(row["class_id"], 16)
        instance = int(row["instance_id"], 16) if "instance_id" in row else None
        path = Path(((number, instance),), "", None, ())
        meaning = meaning_of(int(row["cip_service_code"], 16), path)
        act = Act("cip", meaning.action, meaning.kind, path.name) if meaning else None
    talk.asked(reference, act)
    if act is not None:
        yield act


_MODBUS: Final = {
    "WRITE_SINGLE_COIL": ("variable.write", "coil"),
    "WRITE_SINGLE_REGISTER": ("variable.write", "register"),
    "WRITE_MULTIPLE_COILS": ("variable.write", "coil"),
    "WRITE_MULTIPLE_REGISTERS": ("variable.write", "register"),
    "MASK_WRITE_REGISTER": ("variable.write", "register"),
    "READ_WRITE_MULTIPLE_REGISTERS": ("variable.write", "register"),
    "WRITE_FILE_RECORD": ("file.write", "file"),
}


def modbus(row: Row, talk: Talk) -> Iterator[Act]:
    """Read a line of modbus_detailed.log: a request together with its answer."""
    del talk  # each line has both
    meaning = _MODBUS.get(row["func"].removesuffix("_EXCEPTION"))
    if meaning is None:
        return
    act = Act("modbus", *meaning, f"unit {row['unit']}")
    if "exception_code" in row:
        act.settle(row["exception_code"][:32])
    elif row.get("matched") == "T":
        act.settle(OK)
    yield act


_CODE: Final = re.compile(r"\(0x([0-9A-Fa-f]{4})\)")


def fins(row: Row, talk: Talk) -> Iterator[Act]:
    """Read a line of omron_fins_general.log: a command or an answer, e.g. "Run (0x0401)"."""
    code = _CODE.search(row.get("command_code", ""))
    if code is None:
        return
    command = int(code[1], 16)
    if row["icf_data_type"].startswith("Response"):
        word = _CODE.search(row.get("response_code", ""))
        number = int(word[1], 16) if word else 0
        talk.answered(str(command), f"{number:04X}" if number else OK)
        return
    meaning = COMMANDS.get(command)
    act = Act("fins", *meaning) if meaning else None
    talk.asked(str(command), act)
    if act is not None:
        yield act


LOGS: Final = {
    "s7comm": Kind(s7comm, ("no-mac", "no-block-names", "no-arguments", "no-tsap")),
    "s7comm_upload_download": Kind(s7comm_loads, ("no-mac", "no-refusals", "no-tsap")),
    "s7comm_plus": Kind(s7comm_plus, ("no-mac", "no-objects", "no-answers", "no-names", "no-tsap")),
    "cip": Kind(cip, ("no-mac", "last-class-only", "no-inner-requests", "no-originator")),
    "modbus_detailed": Kind(modbus, ("no-mac", "no-umas")),
    "omron_fins_general": Kind(fins, ("no-mac",)),
}
"""By the log's name."""
