"""What is said of blocks: masked content, protection, doubt, contradiction, and what is hidden."""

import struct
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.s7.decode import interpret
from ccontrol.drivers.s7.pdu import BLOCK_TYPES, info_fingerprint
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.change import Kind as ChangeKind
from ccontrol.model.secret import Seal, Sealed
from ccontrol.model.snapshot import Confirmed, Unread
from ccontrol.model.unit import field
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.block import Block, Kind, Language, make_block
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.mc7 import Variable
from tests.unit.drivers.s7.heard import NO_SUCH_BLOCK, PROTECTED, SEAL, Heard, uploaded, userdata
from tests.unit.drivers.s7.seen import block, id_of, own, section, unread

LATER = datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)
OB1, FC1, DB11 = "38 00001", "43 00001", "41 00011"


@pytest.fixture
def cpu() -> Cpu:
    return plant.press()


def test_a_block_tells_who_made_it_and_in_what(cpu: Cpu) -> None:
    unit = block(Heard(cpu).snapshot(), "FB12")
    assert unit.title == "FB12 TWOHAND"
    assert unit.aspect is Aspect.PROGRAM
    assert dict(unit.fields) | {"author": "PLANT", "family": "LINE", "language": "STL"} == dict(
        unit.fields
    )
    assert field(unit.fields, "version") == "0.1"
    assert field(unit.fields, "attributes") == ("linked",)
    assert field(unit.fields, "mc7_bytes") == own(cpu, Kind.FB, 12).body_length
    assert field(unit.moving, "code_time") == "2023-03-14T09:26:53.000"
    assert field(unit.fields, "password") is None


def test_a_recompiled_block_has_equal_content_and_another_date(cpu: Cpu) -> None:
    before = merge(None, Heard(cpu).snapshot())
    scene.recompile(cpu, (Kind.OB, 1), LATER)
    after = merge(before, Heard(cpu).snapshot())
    old, new = (state.units[id_of("OB1")].unit for state in (before, after))
    assert old is not None
    assert new is not None
    assert (old.content, old.full) == (new.content, old.full)
    assert old.full != new.full
    assert [(one.kind, str(one.unit)) for one in compare(before, after).changes] == [
        (ChangeKind.RECOMPILED, "OB/OB1")
    ]


def test_a_hardware_download_of_the_same_rack_is_told_as_exactly_that(cpu: Cpu) -> None:
    before = merge(None, Heard(cpu).snapshot())
    scene.hardware_download(cpu, cpu.modules, LATER)
    after = merge(before, Heard(cpu).snapshot())
    kinds = {str(one.unit): one.kind for one in compare(before, after).changes}
    assert set(kinds) == {f"SDB/SDB{number}" for number in (0, 1, 3, 4, 7)}
    assert set(kinds.values()) == {ChangeKind.RECOMPILED}


def test_the_fill_byte_behind_an_interface_is_no_content(cpu: Cpu) -> None:
    def with_fill(fill: bytes) -> Block:
        declared = bytes.fromhex("0101000100000000") + fill
        return make_block(Kind.FC, 1, b"\x65\x00", changed=LATER, interface=declared[:9])

    contents = set()
    for fill in (b"\x52", b"\x6c"):
        cpu.load(with_fill(fill))
        contents.add(block(Heard(cpu).snapshot(), "FC1").content)
    assert len(contents) == 1


def test_the_values_of_a_db_are_no_content_and_kept_only_where_asked_for(cpu: Cpu) -> None:
    heard = replace(Heard(cpu), notes={"actual_values": "DB11 DB12"})
    first, second = heard.snapshot(), heard.snapshot()
    assert block(first, "DB11").full == block(second, "DB11").full
    assert block(first, "DB11").values != block(second, "DB11").values
    assert block(first, "DB10").values is None
    assert section(block(first, "DB11"), "body") is None
    assert first.strengths[Aspect.VALUES] is Strength.CONTENT


def test_a_poll_that_reads_no_values_does_not_lose_sight_of_them(cpu: Cpu) -> None:
    full = replace(Heard(cpu), notes={"actual_values": "DB11"})
    known = merge(None, full.snapshot())
    assert known.strengths[Aspect.VALUES] is Strength.CONTENT
    inventory = replace(full, depth=Depth.INVENTORY, upload=False).snapshot()
    assert Aspect.VALUES not in inventory.strengths
    assert compare(known, merge(known, inventory)).changes == ()
    broken = full.but("upload 41 00011", None).snapshot()
    assert Aspect.VALUES not in broken.strengths


def test_an_initial_value_of_a_db_is_content(cpu: Cpu) -> None:
    before = block(Heard(cpu).snapshot(), "DB10")
    cpu.load(plant.data_block(10, *(Variable("STATIC", "INT", 121),), name="SETTINGS"))
    assert block(Heard(cpu).snapshot(), "DB10").content != before.content


def test_a_db_of_the_program_is_no_unit_but_a_fb_cannot_hide_that_way(cpu: Cpu) -> None:
    for kind in (Kind.DB, Kind.FB):
        cpu.load(make_block(kind, 77, b"\0\0", changed=LATER, language=Language.CREATED_DB))
    heard = replace(Heard(cpu), also=("upload 45 00077", "info 45 00077"))
    listings = heard.snapshot().listings
    assert "DB77" not in listings["DB"].keys
    assert "FB77" in listings["FB"].keys
    block(heard.snapshot(), "FB77")


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("depth", [Depth.INVENTORY, Depth.FULL])
def test_a_db_that_the_program_made_changes_nothing_and_raises_no_finding(
    cpu: Cpu, depth: Depth, *, counted: bool
) -> None:
    before = merge(None, Heard(cpu).snapshot())
    cpu.false_words = None if counted else cpu.words()
    cpu.load(make_block(Kind.DB, 77, b"\1\2\3\4", changed=LATER, language=Language.CREATED_DB))
    heard = replace(Heard(cpu, depth, upload=depth is Depth.FULL), also=("info 41 00077",))
    snapshot = heard.snapshot()
    assert not snapshot.findings
    assert ("hidden-block", "") in snapshot.checked
    assert compare(before, merge(before, snapshot)).changes == ()


def test_a_loaded_db_that_poses_as_one_of_the_program_is_a_hidden_block(cpu: Cpu) -> None:
    """Its list says so, its info does not."""
    listed = b"".join(struct.pack(">HBB", *one) for one in cpu.listing(Kind.DB))
    cpu.load(make_block(Kind.DB, 77, b"\1\2\3\4", changed=LATER, language=Language.DB))
    lies = userdata(3, 2, listed + struct.pack(">HBB", 77, 0x22, Language.CREATED_DB))
    assert {one.code for one in Heard(cpu).but("list 41", lies).snapshot().findings} == {
        "hidden-block"
    }


def test_a_known_db_that_poses_as_one_of_the_program_is_told_as_removed(cpu: Cpu) -> None:
    before = merge(None, Heard(cpu).snapshot())
    image = own(cpu, Kind.DB, 10).image
    cpu.load(Block(image[:4] + bytes((Language.CREATED_DB,)) + image[5:]))
    after = merge(before, replace(Heard(cpu), also=("info 41 00010",)).snapshot())
    told = {(str(one.unit), one.kind) for one in compare(before, after).changes}
    assert ("DB/DB10", ChangeKind.REMOVED) in told


def test_a_hidden_block_is_found_beside_dbs_of_the_program(cpu: Cpu) -> None:
    cpu.load(make_block(Kind.DB, 77, b"\1\2\3\4", changed=LATER, language=Language.CREATED_DB))
    scene.hide_block(cpu, plant.motor(66, "I9.0", "M9.0", "Q9.0"))
    snapshot = replace(Heard(cpu), also=("info 41 00077",)).snapshot()
    assert {one.code for one in snapshot.findings} == {"hidden-block"}


def test_a_block_that_no_list_shows_is_found_by_the_words_of_the_cpu(cpu: Cpu) -> None:
    scene.hide_block(cpu, plant.motor(66, "I9.0", "M9.0", "Q9.0"))
    for depth in (Depth.INVENTORY, Depth.FULL):
        snapshot = Heard(cpu, depth).snapshot()
        assert [(one.code, one.aspect) for one in snapshot.findings] == [
            ("hidden-block", Aspect.PROGRAM)
        ]
        assert snapshot.usable
    scene.tell_the_truth(cpu)
    assert ("hidden-block", "") in Heard(cpu, Depth.INVENTORY).snapshot().checked


def test_a_hidden_block_is_not_looked_for_where_a_list_or_an_info_is_missing(cpu: Cpu) -> None:
    scene.hide_block(cpu, plant.motor(66, "I9.0", "M9.0", "Q9.0"))
    for question in ("list 43", f"info {FC1}", "szl 0232 0004 #2"):
        snapshot = Heard(cpu).but(question, None).snapshot()
        assert ("hidden-block", "") not in snapshot.checked
        assert not snapshot.findings


def test_a_refused_upload_is_unread_and_says_what_to_do(cpu: Cpu) -> None:
    cpu.level = 3
    heard = Heard(cpu)
    for question in [one for one in heard.questions() if one.startswith("upload")]:
        heard = heard.refuse(question, PROTECTED)
    snapshot = heard.snapshot()
    assert unread(snapshot, "OB1") == Unread(
        "protection level 3 forbids it: lower it, or configure the password that allows reading "
        "(error 0xd241)"
    )
    assert all(snapshot.listings[kind].complete for kind in BLOCK_TYPES)
    assert snapshot.strengths[Aspect.PROGRAM] is Strength.FINGERPRINT
    assert snapshot.strengths[Aspect.CONFIGURATION] is Strength.FINGERPRINT
    assert not snapshot.findings

    wrong = replace(heard, notes={"password": "refused: error 0xd602"}).snapshot()
    assert "refused the configured password" in unread(wrong, "OB1").reason
    untried = replace(heard, notes={"password": "not tried: it was refused before"}).snapshot()
    assert untried.sightings == wrong.sightings


def test_an_equal_info_confirms_and_a_differing_one_is_read(cpu: Cpu) -> None:
    heard = replace(
        Heard(cpu, Depth.INVENTORY, upload=False), also=(f"upload {OB1}", f"info {OB1} #2")
    )
    snapshot = heard.snapshot()
    info = own(cpu, Kind.FC, 1).info
    assert snapshot.sightings[id_of("FC1")] == Confirmed(info_fingerprint(info))
    assert block(snapshot, "OB1").fingerprint == info_fingerprint(own(cpu, Kind.OB, 1).info)
    again = {("checksum-mismatch", "OB/OB1"), ("info-mismatch", "OB/OB1")}
    assert snapshot.checked == {("hidden-block", ""), *again}, "only what was read is cleared"
    assert snapshot.strengths[Aspect.PROGRAM] is Strength.CONTENT


def test_a_full_poll_confirms_nothing_that_it_did_not_read(cpu: Cpu) -> None:
    assert unread(Heard(cpu, upload=False).snapshot(), "OB1").transient


def test_a_refused_end_of_an_upload_does_not_spoil_it(cpu: Cpu) -> None:
    whole = uploaded(own(cpu, Kind.OB, 1).image)
    refused_end = (*whole[:-1], bytes.fromhex("320300000001000000008104"))
    block(Heard(cpu).but(f"upload {OB1}", refused_end).snapshot(), "OB1")


def test_a_listed_block_that_does_not_exist_is_not_passed_over(cpu: Cpu) -> None:
    snapshot = Heard(cpu, upload=False).refuse(f"info {FC1}", NO_SUCH_BLOCK).snapshot()
    assert unread(snapshot, "FC1") == Unread(
        "the CPU lists it, and says that it does not exist (error 0xd209)"
    )


def test_without_the_list_of_one_type_nothing_is_removed(cpu: Cpu) -> None:
    state = merge(None, Heard(cpu).snapshot())
    broken = Heard(cpu).but("list 41", None).snapshot()
    assert {kind for kind, one in broken.listings.items() if not one.complete} == {"DB"}
    assert merge(state, broken) == state


def test_a_list_shorter_than_declared_is_not_complete(cpu: Cpu) -> None:
    entries = b"".join(bytes((0, number, 0x22, 1)) for number in (1, 2))
    snapshot = Heard(cpu).but("list 43", userdata(3, 2, entries)).snapshot()
    assert not snapshot.listings["FC"].complete
    assert not snapshot.listings["FC"].transient
    assert "more or fewer FCs" in snapshot.listings["FC"].reason
    assert snapshot.listings["FB"].complete
    assert ("hidden-block", "") not in snapshot.checked


def test_a_deleted_block_is_gone(cpu: Cpu) -> None:
    state = merge(None, Heard(cpu).snapshot())
    scene.delete_blocks(cpu, (Kind.FC, 3))
    after = merge(state, Heard(cpu, Depth.INVENTORY).snapshot())
    gone = [one for one in compare(state, after).changes if one.kind is ChangeKind.REMOVED]
    assert [str(one.unit) for one in gone] == ["FC/FC3"]


def test_a_password_in_a_header_is_sealed_and_in_no_section(cpu: Cpu) -> None:
    secret = b"\xde\xad\xbe\xef"
    cpu.load(make_block(Kind.FC, 1, b"\x65\x00", changed=LATER, password=secret))
    capture = Heard(cpu).capture()
    unit = block(interpret(capture, SEAL), "FC1")
    assert field(unit.fields, "password") == SEAL.of(secret)
    assert isinstance(field(unit.fields, "password"), Sealed)
    assert block(interpret(capture, Seal(b"another site")), "FC1").content != unit.content
    assert unit.image is not None
    assert all(secret not in data for _, data in unit.image.sections)
    assert secret.hex() not in repr(unit)


@pytest.mark.parametrize(
    ("mark", "says"), [("00000003", "know-how protected"), ("80000000", "system data")]
)
def test_a_mark_that_every_engineer_can_see_is_no_secret(cpu: Cpu, mark: str, says: str) -> None:
    cpu.load(make_block(Kind.FC, 1, b"\x65\x00", changed=LATER, password=bytes.fromhex(mark)))
    unit = block(Heard(cpu).snapshot(), "FC1")
    assert field(unit.fields, "protection") == says
    assert field(unit.fields, "password") is None
