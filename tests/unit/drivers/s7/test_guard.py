"""Nothing but reads leaves: every way to disturb a controller, tried one by one and by chance."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snap7.datatypes import S7Area, S7WordLen
from snap7.s7protocol import S7Protocol

from ccontrol.drivers.s7.cotp import ConnectionType, connection_request, data_frame
from ccontrol.drivers.s7.guard import Guard
from ccontrol.errors import ReadOnlyViolationError

OPEN, LOCKED = Guard(), Guard(password=True)


def job(parameter: bytes, data: bytes = b"") -> bytes:
    sizes = len(parameter).to_bytes(2, "big") + len(data).to_bytes(2, "big")
    return data_frame(b"\x32\x01\x00\x00\x00\x05" + sizes + parameter + data)


def userdata(group: int, subfunction: int, data: bytes = b"\x0a\x00\x00\x00") -> bytes:
    parameter = bytes((0, 1, 0x12, 4, 0x11, 0x40 | group, subfunction, 0))
    sizes = len(parameter).to_bytes(2, "big") + len(data).to_bytes(2, "big")
    return data_frame(b"\x32\x07\x00\x00\x00\x05" + sizes + parameter + data)


def pi_service(name: bytes, argument: bytes = b"") -> bytes:
    block = len(argument).to_bytes(2, "big") + argument
    return job(b"\x28\0\0\0\0\0\0\xfd" + block + bytes((len(name),)) + name)


def reads() -> dict[str, bytes]:
    vendor = S7Protocol()
    pdus = {
        "setup": vendor.build_setup_communication_request(1, 1, 960),
        "szl": vendor.build_read_szl_request(0x0232, 4),
        "counts": vendor.build_list_blocks_request(),
        "list": vendor.build_list_blocks_of_type_request(0x41),
        "info": vendor.build_get_block_info_request(0x38, 1),
        "more of a szl": vendor.build_userdata_followup_request(4, 1, 0xD5),
        "more of a list": vendor.build_userdata_followup_request(3, 2, 7),
        "start upload": vendor.build_start_upload_request(0x42, 1000),
        "upload": vendor.build_upload_request(7),
        "end upload": vendor.build_end_upload_request(7),
        "clock": vendor.build_get_clock_request(),
    }
    frames = {name: data_frame(pdu) for name, pdu in pdus.items()}
    return frames | {"connect": connection_request(ConnectionType.OP, 0, 2)}


READS = reads()


@pytest.mark.parametrize("name", READS)
def test_a_read_passes(name: str) -> None:
    OPEN.check(READS[name])


def refused(frame: bytes) -> None:
    for guard in (OPEN, LOCKED):
        with pytest.raises(ReadOnlyViolationError):
            guard.check(frame)


def test_force_is_refused() -> None:
    refused(userdata(1, 9, b"\xff\x09\x00\x06\x00\x01\x10\x02\x00\x01"))
    refused(userdata(1, 9))


def test_modifying_a_variable_by_a_pg_is_refused() -> None:
    refused(userdata(1, 8, b"\xff\x09\x00\x04\x00\x00\x00\x00"))


def test_memory_reset_is_refused() -> None:
    refused(userdata(1, 12))
    refused(pi_service(b"_RESET"))


def test_clock_set_is_refused() -> None:
    now = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
    refused(data_frame(S7Protocol().build_set_clock_request(now)))
    refused(userdata(7, 2))
    refused(userdata(7, 4))


def test_write_var_is_refused() -> None:
    vendor = S7Protocol()
    refused(data_frame(vendor.build_write_request(S7Area.DB, 1, 0, S7WordLen.BYTE, b"\x01")))
    refused(data_frame(vendor.build_write_request(S7Area.MK, 0, 0, S7WordLen.BIT, b"\x01")))


def test_read_var_is_refused_since_the_driver_does_not_need_it() -> None:
    refused(data_frame(S7Protocol().build_read_request(S7Area.DB, 1, 0, S7WordLen.BYTE, 4)))
    refused(data_frame(S7Protocol().build_cpu_state_request()))


def test_download_is_refused() -> None:
    vendor = S7Protocol()
    refused(data_frame(vendor.build_download_request(0x41, 1, bytes(100))))
    refused(data_frame(vendor.build_download_fragment_response(1, True, bytes(20))))
    refused(data_frame(vendor.build_download_ended_response(1)))
    for function in (0x1A, 0x1B, 0x1C):
        refused(job(bytes((function,)) + bytes(7)))
        refused(job(bytes((function,)) + bytes(7) + b"\x09_0A00001P"))


def test_insert_is_refused() -> None:
    refused(pi_service(b"_INSE", b"\x01\x000A00001P"))


def test_delete_is_refused() -> None:
    refused(data_frame(S7Protocol().build_delete_block_request(0x41, 1)))
    refused(pi_service(b"_DELE", b"\x01\x000A00001B"))


def test_stop_is_refused() -> None:
    refused(data_frame(S7Protocol().build_plc_control_request("stop")))


@pytest.mark.parametrize("how", ["hot_start", "cold_start"])
def test_start_is_refused(how: str) -> None:
    refused(data_frame(S7Protocol().build_plc_control_request(how)))


def test_compress_is_refused() -> None:
    refused(data_frame(S7Protocol().build_compress_request()))


def test_copy_ram_to_rom_is_refused() -> None:
    refused(data_frame(S7Protocol().build_copy_ram_to_rom_request()))


def test_flashing_a_lamp_is_refused() -> None:
    refused(userdata(1, 22))


def test_subscribing_to_diagnostics_is_refused() -> None:
    refused(userdata(4, 2, b"\xff\x09\x00\x0a\x01\x00snap7\x00\x00\x00"))


def test_a_password_passes_only_where_one_is_configured() -> None:
    vendor = S7Protocol()
    frame = data_frame(vendor.build_set_session_password_request(vendor.encode_password("secret")))
    LOCKED.check(frame)
    with pytest.raises(ReadOnlyViolationError):
        OPEN.check(frame)


def test_leaving_a_password_is_refused() -> None:
    refused(data_frame(S7Protocol().build_clear_session_password_request()))


def test_upload_of_a_passive_block_or_of_another_file_is_refused() -> None:
    frame = READS["start upload"]
    refused(frame[:-1] + b"P")
    refused(frame.replace(b"_0B", b"_0Z"))
    refused(frame.replace(b"01000", b"0x000"))


def test_a_connection_request_that_carries_data_is_refused() -> None:
    frame = READS["connect"]
    refused(frame[:3] + bytes((len(frame) + 2,)) + frame[4:] + b"\x32\x01")


def test_a_disconnect_request_is_refused_since_closing_tcp_is_enough() -> None:
    refused(bytes.fromhex("0300000b06800001000200"))


def test_the_first_part_of_a_segmented_message_is_refused() -> None:
    frame = READS["szl"]
    refused(frame[:6] + b"\x00" + frame[7:])


@pytest.mark.parametrize("name", READS)
def test_two_messages_in_one_write_are_refused(name: str) -> None:
    stop = data_frame(S7Protocol().build_plc_control_request("stop"))
    refused(READS[name] + stop)
    both = READS[name] + stop[7:]
    refused(both[:2] + len(both).to_bytes(2, "big") + both[4:])


@given(name=st.sampled_from(sorted(READS)), extra=st.binary(min_size=1, max_size=40))
def test_bytes_after_a_read_are_refused(name: str, extra: bytes) -> None:
    longer = READS[name] + extra
    refused(longer)
    refused(longer[:2] + len(longer).to_bytes(2, "big") + longer[4:])


@given(name=st.sampled_from(sorted(READS)), data=st.data())
def test_a_read_that_was_cut_is_refused(name: str, data: st.DataObject) -> None:
    frame = READS[name]
    shorter = frame[: data.draw(st.integers(0, len(frame) - 1))]
    refused(shorter)
    refused(shorter[:2] + len(shorter).to_bytes(2, "big") + shorter[4:])


JOBS = [name for name, frame in READS.items() if frame[5] == 0xF0 and frame[8] == 1]
USERDATA = [name for name, frame in READS.items() if frame[5] == 0xF0 and frame[8] == 7]


@given(name=st.sampled_from(JOBS), function=st.integers(0, 255))
def test_no_read_job_passes_under_a_function_that_is_none(name: str, function: int) -> None:
    if function in (0xF0, 0x1D, 0x1E, 0x1F):
        return
    frame = READS[name]
    refused(frame[:17] + bytes((function,)) + frame[18:])


@given(name=st.sampled_from(USERDATA), group=st.integers(0, 255), subfunction=st.integers(0, 255))
def test_no_read_of_user_data_passes_under_another_group_or_subfunction(
    name: str, group: int, subfunction: int
) -> None:
    if (group, subfunction) in ((0x43, 1), (0x43, 2), (0x43, 3), (0x44, 1), (0x47, 1)):
        return
    frame = READS[name]
    refused(frame[:22] + bytes((group, subfunction)) + frame[24:])


@given(
    name=st.sampled_from(sorted(READS)),
    changes=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=4),
)
def test_whatever_passes_after_any_change_is_still_a_read(
    name: str, changes: list[tuple[int, int]]
) -> None:
    frame = bytearray(READS[name])
    for at, byte in changes:
        frame[at % len(frame)] = byte
    try:
        OPEN.check(bytes(frame))
    except ReadOnlyViolationError:
        return
    assert is_a_read(bytes(frame))


@given(st.binary(max_size=80))
def test_rubbish_is_refused(frame: bytes) -> None:
    refused(frame)


def is_a_read(frame: bytes) -> bool:
    """A second opinion: one message, of a kind that cannot change anything."""
    if frame[5] == 0xE0:
        return len(frame) == 22
    parameter_bytes = frame[13] << 8 | frame[14]
    whole = len(frame) == 17 + parameter_bytes + (frame[15] << 8 | frame[16])
    if frame[8] == 1:
        return whole and frame[17] in (0xF0, 0x1D, 0x1E, 0x1F)
    service = frame[22] & 0x0F, frame[23]
    return whole and service in ((3, 1), (3, 2), (3, 3), (4, 1), (7, 1))
