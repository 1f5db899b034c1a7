"""Every engineering act that is known to be in real recordings is told: none missing, none more.

`expected_events.jsonl` was made by another decoder, whose counts agree with Wireshark's. Its words
are not ours; the table says which stand for which. It leaves out plain writes of values and the
session-keeping of S7CommPlus, and so does this test.
"""

import hashlib
import ipaddress
import json
from collections import Counter
from pathlib import Path

import pytest

from ccontrol.sources.actions import ACTIONS
from tests.unit.sources.wire.listening import corpus, frames_of, listen

OURS = {
    "access_right.acquire": "lock.acquire",
    "access_right.force": "lock.force",
    "access_right.release": "lock.release",
    "block.delete": "program.delete",
    "block.insert": "program.activate",
    "card.format": "file.format",
    "clock.set": "clock.set",
    "config.clear": "config.clear",
    "config.set_attribute": "attribute.set",
    "config.transfer": "config.write",
    "config.write": "config.write",
    "edit_lock.acquire": "lock.acquire",
    "edit_lock.release": "lock.release",
    "error.clear": "log.clear",
    "errorlog.clear": "log.clear",
    "file.delete": "file.delete",
    "file.write": "file.write",
    "force": "force.set",
    "force.cancel": "force.clear",
    "led.flash": "debug.flash",
    "memory.compress": "memory.compress",
    "memory.copy_ram_to_rom": "memory.persist",
    "mode.start": "mode.run",
    "mode.start_cold": "mode.cold",
    "mode.transition(plc push)": "mode.reported",
    "object.create": "object.command",
    "object.delete": "object.command",
    "password.enter": "credential.use",
    "program.clear": "program.delete",
    "program.protect": "config.protection",
    "program.transfer": "program.download",
    "program.unprotect": "config.protection",
    "program_download.commit(ACID)": "program.commit",
    "program_download.data": "program.download",
    "program_download.end": "program.download",
    "program_download.object": "program.download",
    "program_download.start": "program.download",
    "program_upload.data": "program.upload",
    "program_upload.end": "program.upload",
    "program_upload.routine": "program.upload",
    "program_upload.start": "program.upload",
    "seq.BeginSequence": "transaction.begin",
    "seq.EndSequence": "transaction.end",
    "session.forward_open": "session.open",
    "session.open": "session.open",
    "variable.write(engineering)": "variable.write",
}
"""Their word → ours, where the protocol does not matter."""


def our_action(row: dict[str, str]) -> str:
    """Our word for one of theirs; where ours says more, what tells them apart."""
    action = row["action"]
    if action == "mode.stop":
        return "mode.program" if row["proto"] == "cip" else "mode.stop"
    if (
        action == "program_sync.set"
    ):  # ours tells a load's change words from a tool that went online
        return "program.sign|session.online"
    if action.startswith("program_modify."):
        return "task.modify" if action.endswith(" task") else "program.modify"
    return OURS[action]


def outcome(row: dict[str, str]) -> str:
    """Their "ok" and "error:d2a9"; they tell none for S7CommPlus."""
    told = row.get("outcome", "")
    return told.removeprefix("error:").upper() if told.startswith("error:") else told


def expected(rows: list[dict[str, str]]) -> Counter[tuple[str, ...]]:
    return Counter(
        (
            str(row["frame"]),
            row["actor_ip"],
            row["controller_ip"],
            row["proto"].partition("/")[0],
            our_action(row),
        )
        for row in rows
    )


def told(path: Path) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for flow, act in listen(frames_of(path)):
        action = act.action
        if action in {"program.sign", "session.online"}:
            action = "program.sign|session.online"
        client, server = (str(ipaddress.ip_address(end[0])) for end in (flow.client, flow.server))
        found[str(act.frame), client, server, act.protocol, action] += 1
    return found


def left_out(key: tuple[str, ...]) -> bool:
    """Acts that the list leaves out, and ours tells on purpose.

    Writes of values; S7CommPlus sessions that set their own objects; copying and renaming a file of
    an OMRON controller (FINS 2207, 2208), which can put another program into its place.
    """
    return key[4] in {"variable.write", "object.command"} or key[3:] == ("fins", "file.write")


def rows_by_file() -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    for line in (corpus() / "expected_events.jsonl").read_text().splitlines():
        row = json.loads(line)
        rows.setdefault(row["file"], []).append(row)
    return rows


def test_every_expected_act_is_told_and_no_other() -> None:
    rows = rows_by_file()
    differences = []
    for path in sorted(corpus().glob("*/*.pcap*")):
        name = str(path.relative_to(corpus()))
        want, have = expected(rows.get(name, [])), told(path)
        differences += [f"{name}: missing {key}" for key in (want - have).elements()]
        differences += [
            f"{name}: not expected {key}" for key in (have - want).elements() if not left_out(key)
        ]
    assert differences == []


def test_every_expected_outcome_is_told() -> None:
    for name, rows in rows_by_file().items():
        want = Counter(
            (str(row["frame"]), our_action(row), outcome(row))
            for row in rows
            if "outcome" in row and row["action"] != "program_sync.set"
        )
        have = Counter(
            (str(act.frame), act.action, act.outcome.partition("/")[0])
            for _, act in listen(frames_of(corpus() / name))
        )
        assert want - have == Counter(), name


def test_every_word_of_the_decoders_has_a_meaning() -> None:
    for path in sorted(corpus().glob("*/*.pcap*")):
        assert {act.action for _, act in listen(frames_of(path))} <= ACTIONS.keys()


@pytest.mark.parametrize(
    ("name", "block", "checksum", "size"),
    [
        ("tia_s300_downloadOb1", "OB1", "5935", 332),
        ("s7comm_downloading_block_db1", "DB1", "C0DF", 500),
    ],
)
def test_a_block_that_is_loaded_can_be_held_against_the_controller(
    name: str, block: str, checksum: str, size: int
) -> None:
    path = next((corpus() / "ITI__ICS-Security-Tools").glob(f"pcaps__s7__{name}.*"))
    loads = [act for _, act in listen(frames_of(path)) if act.sha256]
    assert [(act.name, act.size) for act in loads] == [(block, size)]
    image = next((corpus().parent / "mc7" / "captures").glob(f"{block}__download__{name}*"))
    assert loads[0].sha256 == hashlib.sha256(image.read_bytes()).hexdigest()
    assert dict(loads[0].facts)["checksum"] == checksum
