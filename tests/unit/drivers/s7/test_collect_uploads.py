"""Uploads, and the infos that are asked for after them. Against the simulated CPU."""

from datetime import datetime

import pytest

from ccontrol.drivers.s7.pdu import error_of, upload_payload, userdata_payload
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Block, Kind
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.fault import Refuse, WrongCount
from ccontrol.sim.s7.server import Live, running
from tests.unit.drivers.s7.polls import Poller, answers, last, questions, questions_before


def test_an_upload_that_is_refused_without_a_reason_is_tried_once_more(
    poller: Poller, live: Live
) -> None:
    first = questions_before(poller.poll(Depth.FULL), "upload 38 00001")
    connection = live.server.log.connections + 1
    live.faults.append(Refuse(connection=connection, first=first, last=first))
    capture = poller.poll(Depth.FULL)
    assert questions(capture, "upload")[:3] == [
        "upload 38 00001",
        "upload 38 00001 #2",
        "upload 45 00012",
    ]
    assert error_of(last(capture, "upload 38 00001")) == 0x8702
    assert upload_payload(answers(capture, "upload 38 00001 #2"))[:2] == b"pp"


def test_an_upload_of_another_length_than_announced_is_tried_once_more(
    poller: Poller, live: Live
) -> None:
    live.faults.append(WrongCount(by=4))
    capture = poller.poll(Depth.FULL)
    assert capture.fault is None
    assert len(questions(capture, "upload")) == 24


def test_an_upload_longer_than_announced_is_ended_and_the_poll_goes_on(
    poller: Poller, live: Live
) -> None:
    live.faults.append(WrongCount(by=-40))
    capture = poller.poll(Depth.FULL)
    assert capture.fault is None
    broken = next(one for one in capture.exchanges if one.question == "upload 38 00001")
    assert broken.fault is not None
    assert "does not end" in broken.fault
    assert broken.answers[-1][12:] == b"\x1f"


def test_a_block_whose_own_checksum_is_wrong_is_read_twice(poller: Poller, live: Live) -> None:
    block = plant.motor(1, "I0.2", "M11.0", "Q4.2")
    spoilt = bytearray(block.image)
    spoilt[40] ^= 1
    live.play(Cpu.load, Block(bytes(spoilt)))
    capture = poller.poll(Depth.FULL)
    assert "upload 43 00001 #2" in questions(capture)
    assert answers(capture, "upload 43 00001") != ()
    first, second = (
        upload_payload(answers(capture, f"upload 43 00001{again}")) for again in ("", " #2")
    )
    assert first == second == bytes(spoilt)


def test_a_data_block_that_moves_by_itself_is_read_once(poller: Poller) -> None:
    assert "upload 41 00011 #2" not in questions(poller.poll(Depth.FULL))


@pytest.mark.parametrize("depth", [Depth.INVENTORY, Depth.FULL])
def test_the_info_of_a_block_is_asked_for_after_each_upload(poller: Poller, depth: Depth) -> None:
    asked = questions(poller.poll(depth))
    infos_before = {"", " #2"} if depth is Depth.INVENTORY else {""}
    for place in ("38 00001", "42 00004"):
        after = asked[asked.index(f"upload {place}") + 1]
        assert after == f"info {place}" + max(infos_before)
        assert f"upload {place} #2" not in asked


@pytest.mark.parametrize("depth", [Depth.INVENTORY, Depth.FULL])
def test_a_block_that_changes_between_info_and_upload_is_read_as_it_is_then(depth: Depth) -> None:
    cpu = plant.press()
    later = plant.motor(1, "I0.2", "M11.0", "Q4.2", changed=datetime(2026, 8, 1, 12))  # noqa: DTZ001 — a block's time has no zone
    with running(ChangesWhenUploaded.of(cpu, later)) as live:
        capture = Poller(live).poll(depth)
    asked = questions(capture)
    assert "upload 43 00001 #2" not in asked
    assert info_of(capture, "43 00001") == later.info


@pytest.mark.parametrize("depth", [Depth.INVENTORY, Depth.FULL])
def test_a_block_that_changes_while_it_is_uploaded_is_read_once_more(depth: Depth) -> None:
    later = plant.motor(1, "I0.2", "M11.0", "Q4.2", changed=datetime(2026, 8, 1, 12))  # noqa: DTZ001 — a block's time has no zone
    with running(ChangesAfterUpload.of(plant.press(), later)) as live:
        capture = Poller(live).poll(depth)
    twice = [one for one in questions(capture, "upload") if "43 00001" in one]
    assert twice == ["upload 43 00001", "upload 43 00001 #2"]
    assert upload_payload(answers(capture, twice[1])) == later.image
    assert info_of(capture, "43 00001") == later.info


def info_of(capture: Capture, place: str) -> bytes:
    """What was told of a block last."""
    told = [one for one in capture.exchanges if one.question.startswith(f"info {place}")]
    return userdata_payload(told[-1].answers)


class ChangesWhenUploaded(Cpu):
    """Somebody loads a block just before it is uploaded."""

    later: Block

    @classmethod
    def of(cls, cpu: Cpu, later: Block) -> "ChangesWhenUploaded":
        other = cls(cpu.identity, cpu.model, modules=cpu.modules)
        other.load(*cpu.true_blocks())
        other.later = later
        return other

    def upload(self, kind: Kind, number: int) -> bytes | None:
        if (kind, number) == self.later.key:
            self.load(self.later)
        return super().upload(kind, number)


class ChangesAfterUpload(ChangesWhenUploaded):
    """Somebody loads a block when the first fragment of its upload is out."""

    def upload(self, kind: Kind, number: int) -> bytes | None:
        image = Cpu.upload(self, kind, number)
        if (kind, number) == self.later.key:
            self.load(self.later)
        return image
