"""Logs of other sensors: what they say becomes events that say how weak their source is."""

import io
import json

import pytest

from ccontrol.model.engineering import Completeness, EngineeringEvent, MacScope, Witness
from ccontrol.sources.files import Reading, read
from ccontrol.sources.logs import rows
from ccontrol.sources.wire.table import Watchlist
from tests.unit.sources.wire.listening import CORPUS

ENDS = "192.0.2.10\t50001\t192.0.2.20\t102"
S7_FIELDS = (
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p is_orig rosctr_code pdu_reference "
    "function_code subfunction_code error_class error_code"
)


def zeek(path: str, fields: str, *lines: str) -> bytes:
    head = ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-"]
    head += [f"#path\t{path}", "#fields\t" + fields.replace(" ", "\t")]
    return ("\n".join([*head, *lines]) + "\n").encode()


def reading_of(data: bytes, name: str = "a.log") -> Reading:
    return read(io.BytesIO(data), name, Watchlist())


def s7_line(second: int, *rest: str) -> str:
    return "\t".join((f"170000000{second}.25", "Cx", ENDS, *rest))


def stopped() -> bytes:
    return zeek(
        "s7comm",
        S7_FIELDS,
        s7_line(1, "T", "1", "7", "0x29", "-", "-", "-"),
        s7_line(1, "F", "3", "7", "0x29", "-", "No error", "0x00"),
        s7_line(2, "T", "1", "8", "0x28", "_DELE", "-", "-"),
        s7_line(2, "F", "3", "8", "0x28", "-", "Some error", "0xd2a9"),
        s7_line(3, "T", "7", "9", "0x47", "0x02", "-", "-"),
        s7_line(3, "F", "7", "9", "0x87", "0x02", "No error", "0x00"),
        s7_line(4, "T", "7", "9", "0x44", "0x01", "-", "-"),
    )


def told(reading: Reading) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(e.action, e.outcome.word, e.outcome.errors) for e in reading.events]


def test_a_log_of_s7comm_is_read_with_its_answers() -> None:
    reading = reading_of(stopped())
    assert told(reading) == [
        ("mode.stop", "done", ()),
        ("program.delete", "refused", ("D2A9",)),
        ("clock.set", "done", ()),
    ]
    event = reading.events[0]
    assert (event.actor.address, event.controller.address) == ("192.0.2.10", "192.0.2.20")
    assert event.actor.mac_scope is MacScope.UNKNOWN
    assert event.completeness is Completeness.PARTIAL
    assert event.testimony.witness is Witness.ZEEK
    assert "no-block-names" in event.testimony.weaknesses
    assert event.testimony.first == 7
    assert event.first.microsecond == 250_000


def test_lines_of_json_say_the_same_as_lines_with_tabs() -> None:
    def record(line: str) -> bytes:
        said = dict(zip(S7_FIELDS.split(), line.split("\t"), strict=True))
        kept: dict[str, object] = {k: v for k, v in said.items() if v != "-"}
        kept |= {"is_orig": said["is_orig"] == "T", "ts": float(said["ts"])}
        kept |= {"id.orig_p": int(said["id.orig_p"])}
        return json.dumps(kept).encode() + b"\n"

    lines = stopped().decode().splitlines()[6:]
    by_name = reading_of(b"".join(record(line) for line in lines), "s7comm.log")
    assert told(by_name) == told(reading_of(stopped()))


def test_a_load_is_told_with_its_block() -> None:
    fields = (
        "ts uid id.orig_h id.orig_p id.resp_h id.resp_p is_orig rosctr pdu_reference "
        "function_name blocklength filename"
    )
    line = s7_line(1, "T", "Job-Request", "5", "Request Download", "332", "_0800001P")
    answer = s7_line(1, "F", "ACK-Data", "5", "Request Download", "-", "-")
    (event,) = reading_of(zeek("s7comm_upload_download", fields, line, answer)).events
    assert (event.action, event.outcome.word) == ("program.download", "done")
    assert (event.objects[0].name, event.objects[0].size) == ("OB1", 332)


CIP_FIELDS = (
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p is_orig cip_sequence_count direction "
    "cip_service_code cip_status_code class_id instance_id"
)


def test_each_service_of_a_cip_packet_gets_its_own_status() -> None:
    log = zeek(
        "cip",
        CIP_FIELDS,
        s7_line(1, "T", "9", "request", "0x0a", "-", "0x02", "0x01"),
        s7_line(1, "T", "9", "request", "0x07", "-", "0x8e", "0x01"),
        s7_line(1, "T", "9", "request", "0x05", "-", "0x01", "0x01"),
        s7_line(1, "F", "9", "response", "0x8a", "0x1e", "-", "-"),
        s7_line(1, "F", "9", "response", "0x87", "0x00", "-", "-"),
        s7_line(1, "F", "9", "response", "0x85", "0x0f", "-", "-"),
    )
    assert told(reading_of(log)) == [
        ("mode.program", "done", ()),
        ("controller.reset", "refused", ("0F",)),
    ]


def test_a_line_without_a_field_it_needs_is_counted_and_the_rest_is_read() -> None:
    fields = S7_FIELDS.replace(" pdu_reference", "")
    log = zeek("s7comm", fields, s7_line(1, "T", "1", "0x29", "-", "-", "-"))
    reading = reading_of(log)
    assert reading.events == ()
    assert reading.notes == ("1 lines could not be read and were passed over",)


@pytest.mark.parametrize(
    "line",
    [
        "too\tfew",
        s7_line(1, "T", "1", "7", "0x29", "-", "-", "-").replace("192.0.2.10", "nobody"),
        s7_line(1, "T", "x", "7", "0x29", "-", "-", "-"),
        s7_line(1, "T", "1", "7", "zz", "-", "-", "-"),
        s7_line(1, "T", "1", "7", "0x29", "-", "-", "-").replace("1700000001.25", "XXX.XXX"),
        "{broken",
    ],
)
def test_rubbish_between_lines_hides_none_of_them(line: str) -> None:
    good = stopped().decode().splitlines()
    reading = reading_of("\n".join([*good[:6], line, *good[6:], ""]).encode())
    assert len(reading.events) == 3
    assert "1 lines" in reading.notes[0]


def test_a_head_in_the_midst_of_a_log_that_rotated_holds_from_there_on() -> None:
    assert len(reading_of(stopped() + stopped().replace(b"17000", b"18000")).events) == 6


def test_a_log_that_nobody_reads_here_is_named() -> None:
    reading = reading_of(zeek("conn", "ts uid", "1\tC"))
    assert (reading.watched, reading.notes) == (0, ("nothing is read from the log 'conn'",))


def test_a_line_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LONGEST_LINE", 4_096)
    data = stopped() + b"x" * 100_000 + b"\n" + stopped().split(b"\n", 6)[6]
    reading = reading_of(data)
    assert len(reading.events) == 3
    assert sum(event.count for event in reading.events) == 6
    assert reading.notes == ("1 lines could not be read and were passed over",)


def test_a_last_line_that_was_cut_is_told() -> None:
    assert reading_of(stopped()[:-20]).fault == "its last line has no end"


def eve(kind: str, said: object, **more: object) -> bytes:
    record = {
        "timestamp": "2026-01-13T09:12:54.545095+0100",
        "flow_id": 1,
        "event_type": kind,
        "src_ip": "192.0.2.10",
        "src_port": 50_001,
        "dest_ip": "192.0.2.20",
        "dest_port": 44_818,
        kind: said,
    }
    return json.dumps(record | more).encode() + b"\n"


def segments(*values: int) -> list[dict[str, object]]:
    kinds = ("class", "instance") * 4
    return [{"segment_type": kinds[at], "value": value} for at, value in enumerate(values)]


def suricata(data: bytes) -> tuple[EngineeringEvent, ...]:
    return reading_of(data, "eve.json").events


def test_suricata_tells_cip_by_name_number_and_whole_path() -> None:
    packet = {
        "service": "Multiple Service Packet",
        "multiple": [
            {"service": "Stop", "path": segments(0x8E, 1)},
            {"service": "unknown-75", "path": segments(0x68, 5, 0x74, 1)},
        ],
    }
    answers = {"multiple": [{"status": "Success"}, {"status": "Privilege Violation"}]}
    events = suricata(eve("enip", {"request": {"cip": packet}, "response": {"cip": answers}}))
    assert [(e.action, e.outcome.word, e.objects[0].name) for e in events] == [
        ("mode.program", "done", "8e:1"),
        ("lock.acquire", "refused", "68:5/74:1"),
    ]
    assert events[0].testimony.witness is Witness.SURICATA
    assert events[0].first.hour == 8


def test_suricata_tells_modbus() -> None:
    request = {"function_raw": 16, "unit_id": 3}
    said = {"request": request, "response": {"exception": {"raw": 2}}}
    (event,) = suricata(eve("modbus", said))
    assert (event.action, event.outcome.errors) == ("variable.write", ("02",))


@pytest.mark.parametrize(
    "broken",
    [
        b"{}\n",
        b"[1]\n",
        b"not json\n",
        eve("enip", 5),
        eve("enip", {"request": {"cip": {"service": 7}}}),
        eve("enip", {"request": {"cip": {"service": "Stop", "path": [{"value": None}]}}}),
        eve("modbus", {"request": {"function_raw": "x"}}),
        eve("modbus", {"request": {"function_raw": 16, "unit_id": 1}}, timestamp="yesterday"),
        eve("modbus", {"request": {"function_raw": 16, "unit_id": 1}}, src_ip="me"),
        b'{"event_type":"enip","enip":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}\n",
    ],
)
def test_records_that_make_no_sense_are_passed_over(broken: bytes) -> None:
    good = eve("modbus", {"request": {"function_raw": 16, "unit_id": 3}})
    assert len(suricata(good + broken + good.replace(b"50001", b"50002"))) == 2


def test_real_logs_of_the_parsers_are_read() -> None:
    folder = CORPUS.parent / "zeek"
    if not folder.exists():
        pytest.skip(f"no real logs at {folder}: set CCONTROL_CORPUS")
    counts = {}
    for path in sorted(folder.glob("*.log")):
        data = path.read_bytes().replace(b"XXXXXXXXXX.XXXXXX", b"1700000000.000000")
        if b"\n#fields" not in data:
            continue  # the published file lacks its head
        reading = reading_of(data, path.name)
        assert not [note for note in reading.notes if "could not be read" in note], path.name
        if reading.events:
            counts[path.name.rpartition("__")[2]] = sum(e.count for e in reading.events)
    assert counts == {
        "modbus_detailed.log": 9,
        "s7comm.log": 16,
        "s7comm_plus.log": 26,
        "s7comm_upload_download.log": 9,
    }
