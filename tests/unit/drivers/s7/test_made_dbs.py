"""DBs that the running program made for itself: no units, no changes, no findings."""

import pytest

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.s7.decode import interpret
from ccontrol.model.aspect import Depth
from ccontrol.model.unit import UnitId
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Block, Kind
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.mc7 import Variable
from ccontrol.sim.s7.server import Live, running
from tests.unit.drivers.s7.heard import SEAL
from tests.unit.drivers.s7.polls import Poller, fingerprints, questions

WORD = UnitId("checksum", "program")


def made_by_program(number: int) -> Block:
    made = plant.data_block(number, Variable("STATIC", "INT", number))
    return Block(made.image[:4] + b"\x08" + made.image[5:])


@pytest.mark.parametrize("depth", [Depth.INVENTORY, Depth.FULL])
def test_of_a_block_that_the_program_made_itself_only_the_info_is_asked(
    poller: Poller, live: Live, depth: Depth
) -> None:
    live.play(Cpu.load, made_by_program(99))
    capture = poller.poll(depth)
    assert [one for one in questions(capture) if " 41 00099" in one] == ["info 41 00099"]
    assert questions(capture)[-1] == "szl 0232 0004 #2"
    assert "list 41 #2" not in questions(capture)


class MakesDbs(Cpu):
    """Its program makes a DB and deletes it again, whenever a block is uploaded."""

    def upload(self, kind: Kind, number: int) -> bytes | None:
        if self.block(Kind.DB, 99):
            self.delete((Kind.DB, 99))
        else:
            self.load(made_by_program(99))
        return super().upload(kind, number)


def busy_press(uploads: int) -> MakesDbs:
    """A press of so many blocks, whose program makes and deletes a DB all the time."""
    cpu = plant.press()
    busy = MakesDbs(cpu.identity, cpu.model, modules=cpu.modules)
    busy.load(*cpu.true_blocks()[12 - uploads :])
    return busy


@pytest.mark.parametrize(("uploads", "looks"), [(11, 2), (12, 1)])
def test_a_program_that_makes_dbs_during_the_poll_neither_spoils_nor_changes_it(
    uploads: int, looks: int
) -> None:
    with running(busy_press(uploads)) as live:
        poller = Poller(live)
        first = poller.poll(Depth.FULL)
        assert len(questions(first, "list 41")) == looks
        state = merge(None, interpret(first, SEAL))
        for _ in range(3):
            snapshot = interpret(poller.poll(Depth.FULL), SEAL)
            assert snapshot.usable
            assert not snapshot.findings
            assert compare(state, merge(state, snapshot)).changes == ()


def test_a_glance_at_a_program_that_makes_dbs_asks_for_a_deep_read_and_proves_nothing() -> None:
    with running(busy_press(11)) as live:
        poller = Poller(live)
        full = poller.poll(Depth.FULL)
        state = merge(None, interpret(full, SEAL))
        calm = interpret(poller.poll(Depth.GLANCE), SEAL)
        assert compare(state, merge(state, calm)).changes == ()
        live.play(Cpu.load, made_by_program(98))
        moved = interpret(poller.poll(Depth.GLANCE), SEAL)
        assert calm.hints == moved.hints == {WORD}
        assert [one.unit for one in compare(state, merge(state, moved)).changes] == [WORD]
        inventory = poller.poll(Depth.INVENTORY, fingerprints(full))
        assert compare(state, merge(state, interpret(inventory, SEAL))).changes == ()


class LoadsDuringThePoll(MakesDbs):
    """And an engineer loads a block when the last one is uploaded."""

    def upload(self, kind: Kind, number: int) -> bytes | None:
        if kind is Kind.SDB and number == 7:
            self.load(plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=90))
        return super().upload(kind, number)


def test_a_download_during_the_poll_spoils_it_all_the_same() -> None:
    cpu = plant.press()
    busy = LoadsDuringThePoll(cpu.identity, cpu.model, modules=cpu.modules)
    busy.load(*cpu.true_blocks())
    with running(busy) as live:
        snapshot = interpret(Poller(live).poll(Depth.FULL), SEAL)
    assert not snapshot.usable
    assert not snapshot.findings


def test_dbs_that_were_there_at_the_last_deep_read_move_no_glance(
    poller: Poller, live: Live
) -> None:
    state = merge(None, interpret(poller.poll(Depth.FULL), SEAL))
    live.play(Cpu.load, made_by_program(99))
    before = interpret(poller.poll(Depth.GLANCE), SEAL)
    assert compare(state, merge(state, before)), "it may be a download: the blocks are read"
    for depth in (Depth.INVENTORY, Depth.GLANCE, Depth.DIAGNOSTICS):
        snapshot = interpret(poller.poll(depth, fingerprints(poller.poll(Depth.FULL))), SEAL)
        assert compare(state, merge(state, snapshot)).changes == ()
