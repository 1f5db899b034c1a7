"""DBs that the running program made for itself: no units, no changes, no findings."""

from collections.abc import Iterator

import pytest

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.s7.decode import interpret
from ccontrol.model.aspect import Depth
from ccontrol.model.state import State
from ccontrol.model.unit import UnitId
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Block, Kind
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.mc7 import Variable
from ccontrol.sim.s7.server import Live, running
from tests.unit.drivers.s7.heard import SEAL
from tests.unit.drivers.s7.polls import Poller, fingerprints, questions


@pytest.fixture
def live() -> Iterator[Live]:
    with running(plant.press()) as server:
        yield server
        assert server.server.violations == []


@pytest.fixture
def poller(live: Live) -> Poller:
    return Poller(live)


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


@pytest.mark.parametrize("uploads", [11, 12])
def test_a_program_that_makes_dbs_during_the_poll_neither_spoils_nor_changes_it(
    uploads: int,
) -> None:
    cpu = plant.press()
    busy = MakesDbs(cpu.identity, cpu.model, modules=cpu.modules)
    busy.load(*cpu.true_blocks()[12 - uploads :])
    with running(busy) as live:
        poller = Poller(live)
        state: State | None = None
        captures = []
        for depth in (Depth.FULL, Depth.FULL, Depth.GLANCE, Depth.FULL, Depth.GLANCE):
            captures.append(poller.poll(depth))
            snapshot = interpret(captures[-1], SEAL)
            assert snapshot.usable
            assert not snapshot.findings
            before, state = state, merge(state, snapshot)
            assert before is None or compare(before, state).changes == ()
        assert ("list 41 #2" in questions(captures[0])) == bool(uploads % 2)
        assert snapshot.hints == {UnitId("checksum", "program")}
        live.play(Cpu.load, made_by_program(98))
        moved = merge(state, interpret(poller.poll(Depth.GLANCE), SEAL))
        assert [str(one.unit) for one in compare(state, moved).changes] == ["checksum/program"]
        again = merge(
            state, interpret(poller.poll(Depth.INVENTORY, fingerprints(captures[0])), SEAL)
        )
        assert compare(state, again).changes == ()


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
