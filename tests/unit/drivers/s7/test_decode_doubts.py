"""Blocks whose image, info and checksum do not fit: what is believed, and what is told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ccontrol.model.aspect import Depth
from ccontrol.model.snapshot import Unread
from ccontrol.model.unit import field
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Block, Kind
from ccontrol.sim.s7.cpu import Cpu
from tests.unit.drivers.s7.heard import Heard, uploaded, userdata
from tests.unit.drivers.s7.seen import block, own, section, unread

LATER = datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)
CHANGED = Unread("it changed while it was read", transient=True)
OB1, FC1, DB11 = "38 00001", "43 00001", "41 00011"


@pytest.fixture
def cpu() -> Cpu:
    return plant.press()


def damaged(block: Block) -> bytes:
    return block.image[:40] + bytes((block.image[40] ^ 1,)) + block.image[41:]


def test_code_that_does_not_fit_its_checksum_is_read_when_it_stays_so(cpu: Cpu) -> None:
    image = damaged(own(cpu, Kind.OB, 1))
    once = Heard(cpu).but(f"upload {OB1}", uploaded(image))
    assert unread(once.snapshot(), "OB1").transient
    twice = replace(once, also=(f"upload {OB1} #2", f"info {OB1} #2")).but(
        f"upload {OB1} #2", uploaded(image)
    )
    snapshot = twice.snapshot()
    assert (
        section(block(snapshot, "OB1"), "body") == image[36:-36][: own(cpu, Kind.OB, 1).body_length]
    )
    assert [(one.code, one.subject) for one in snapshot.findings] == [
        ("checksum-mismatch", "OB/OB1")
    ]
    assert ("checksum-mismatch", "OB/OB1") in snapshot.checked


def test_a_second_upload_that_fits_ends_the_doubt(cpu: Cpu) -> None:
    heard = Heard(cpu).but(f"upload {OB1}", uploaded(damaged(own(cpu, Kind.OB, 1))))
    snapshot = replace(heard, also=(f"upload {OB1} #2", f"info {OB1} #2")).snapshot()
    block(snapshot, "OB1")
    assert not snapshot.findings


def test_two_uploads_that_differ_prove_nothing(cpu: Cpu) -> None:
    image = damaged(own(cpu, Kind.OB, 1))
    other = image[:41] + bytes((image[41] ^ 1,)) + image[42:]
    heard = replace(Heard(cpu), also=(f"upload {OB1} #2", f"info {OB1} #2"))
    heard = heard.but(f"upload {OB1}", uploaded(image)).but(f"upload {OB1} #2", uploaded(other))
    assert unread(heard.snapshot(), "OB1").transient


def test_a_block_that_changes_while_it_is_read_is_left_for_the_next_poll(cpu: Cpu) -> None:
    later = own(cpu, Kind.OB, 1).with_times(LATER)
    heard = replace(Heard(cpu), also=(f"info {OB1} #2",))
    changed = heard.but(f"info {OB1} #2", userdata(3, 3, later.info))
    assert unread(changed.snapshot(), "OB1") == CHANGED
    settled = changed.but(f"upload {OB1}", uploaded(later.image))
    assert field(block(settled.snapshot(), "OB1").moving, "code_time") == "2026-02-03T04:05:06.789"


def torn(old: Block, new: Block, at: int) -> bytes:
    """An image of which the first bytes were read before a download, and the rest after it."""
    return old.image[:at] + new.image[at:]


def test_an_upload_torn_inside_the_interface_is_not_taken_for_the_block(cpu: Cpu) -> None:
    old, size = own(cpu, Kind.FB, 12), own(cpu, Kind.FB, 12).body_length
    interface = bytearray(old.image)
    interface[36 + size + 8] ^= 1
    new = Block(bytes(interface)).with_times(LATER)
    told = Heard(cpu).but("info 45 00012", userdata(3, 3, new.info))
    mixed = told.but("upload 45 00012", uploaded(torn(old, new, 36 + size)))
    assert unread(mixed.snapshot(), "FB12") == CHANGED
    again = replace(mixed, also=("upload 45 00012 #2", "info 45 00012 #2"))
    settled = again.but("info 45 00012 #2", userdata(3, 3, new.info))
    settled = settled.but("upload 45 00012 #2", uploaded(new.image))
    assert block(settled.snapshot(), "FB12").content != block(Heard(cpu).snapshot(), "FB12").content
    moving = settled.but("info 45 00012 #2", userdata(3, 3, old.info))
    assert unread(moving.snapshot(), "FB12") == CHANGED, "changed twice: incomplete"


def test_an_upload_counts_only_when_the_info_was_asked_for_after_it(cpu: Cpu) -> None:
    before = replace(
        Heard(cpu, Depth.INVENTORY, upload=False), also=(f"upload {OB1}", f"info {OB1} #2")
    )
    block(before.snapshot(), "OB1")
    assert unread(before.but(f"info {OB1} #2", None).snapshot(), "OB1").transient
    assert unread(replace(before, also=(f"upload {OB1}",)).snapshot(), "OB1").transient


def test_an_info_that_keeps_contradicting_its_image_is_a_finding(cpu: Cpu) -> None:
    forged = plant.motor(1, "I7.7", "M11.0", "Q4.2")
    once = Heard(cpu).but(f"upload {FC1}", uploaded(forged.image))
    assert unread(once.snapshot(), "FC1").transient
    twice = once.but(f"upload {FC1} #2", uploaded(forged.image))
    snapshot = replace(twice, also=(f"upload {FC1} #2", f"info {FC1} #2")).snapshot()
    block(snapshot, "FC1")
    assert [(one.code, one.subject) for one in snapshot.findings] == [("info-mismatch", "FC/FC1")]


def test_a_db_whose_values_move_can_contradict_its_info_as_well(cpu: Cpu) -> None:
    told = own(cpu, Kind.DB, 11).with_times(LATER).info
    heard = replace(Heard(cpu), also=(f"upload {DB11} #2", f"info {DB11} #2"))
    for question in (f"info {DB11}", f"info {DB11} #2"):
        heard = heard.but(question, userdata(3, 3, told))
    assert [one.code for one in heard.snapshot().findings] == ["info-mismatch"]


def test_forged_code_under_a_true_looking_info_raises_both_findings(cpu: Cpu) -> None:
    image = damaged(own(cpu, Kind.OB, 1).with_times(LATER))
    heard = replace(Heard(cpu), also=(f"upload {OB1} #2", f"info {OB1} #2"))
    for question in (f"upload {OB1}", f"upload {OB1} #2"):
        heard = heard.but(question, uploaded(image))
    codes = {one.code for one in heard.snapshot().findings}
    assert codes == {"info-mismatch", "checksum-mismatch"}


def test_an_image_that_is_none_twice_is_no_fault_of_the_line(cpu: Cpu) -> None:
    heard = replace(Heard(cpu), also=(f"upload {OB1} #2", f"info {OB1} #2"))
    for question in (f"upload {OB1}", f"upload {OB1} #2"):
        heard = heard.but(question, uploaded(b"no block at all"))
    assert not unread(heard.snapshot(), "OB1").transient


def test_an_image_that_is_torn_or_another_block_is_not_believed(cpu: Cpu) -> None:
    image = own(cpu, Kind.OB, 1).image
    other = own(cpu, Kind.FC, 1).image
    for answers in (uploaded(image)[:-2], uploaded(image[:-1]), uploaded(other), uploaded(b"")):
        snapshot = Heard(cpu).but(f"upload {OB1}", answers).snapshot()
        assert unread(snapshot, "OB1").transient
        assert ("checksum-mismatch", "OB/OB1") not in snapshot.checked
