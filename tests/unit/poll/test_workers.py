"""The worker processes, real ones: what they do, how they die, who is blamed."""

import asyncio
import json
import os
import signal
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ccontrol.canonical import captures
from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask
from ccontrol.errors import EngineError, StoreError
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.controller import Budget
from ccontrol.model.secret import Seal
from ccontrol.poll import crew as crew_module
from ccontrol.poll.crew import Crew, Lost
from ccontrol.poll.messages import Collected, Decoded
from tests.unit.poll.toy import SLOWLY_S, TABLE, Plc, controller, serving

SEAL = Seal(bytes(32))
GLANCE, FULL = Ask(Depth.GLANCE), Ask(Depth.FULL)
NOWHERE = Path("/no/such/folder/glances-are-not-written")


@pytest.fixture
def plc() -> Plc:
    return Plc()


@pytest.fixture
def port(plc: Plc) -> Iterator[int]:
    with serving(plc) as port:
        yield port


@pytest.fixture(autouse=True)
def _workers_find_the_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


@asynccontextmanager
async def working() -> AsyncIterator[Crew]:
    crew = Crew(TABLE, SystemClock())
    try:
        yield crew
    finally:
        await crew.stop()


def with_crew(story: Callable[[Crew], Awaitable[None]]) -> None:
    async def tell() -> None:
        async with working() as crew:
            await story(crew)

    asyncio.run(tell())


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(300):
        while not happened():  # noqa: ASYNC110 — what is waited for happens in another process
            await asyncio.sleep(0.01)


def wanted() -> bool:
    return True


def test_what_a_controller_said_comes_back_and_is_understood(port: int) -> None:
    async def story(crew: Crew) -> None:
        heard = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        assert isinstance(heard, Collected)
        assert captures.decode(heard.capture).controller_id == "press-1"
        understood = await crew.decode(heard.capture, SEAL)
        assert isinstance(understood, Decoded)
        assert understood.snapshot is not None
        assert understood.snapshot.usable

    with_crew(story)


def test_a_whole_program_is_written_to_its_file_and_read_from_there(
    port: int, tmp_path: Path
) -> None:
    async def story(crew: Crew) -> None:
        file = tmp_path / "spooled"
        heard = await crew.collect(controller(port), FULL, 100.0, wanted, file)
        assert isinstance(heard, Collected)
        assert (heard.capture, heard.in_file, heard.not_kept) == (b"", True, "")
        assert file.stat().st_mode & 0o777 == 0o600
        assert os.listdir(tmp_path) == ["spooled"]  # noqa: PTH208 — pathlib's way counts as blocking
        understood = await crew.decode(file, SEAL)
        assert isinstance(understood, Decoded)
        assert understood.snapshot is not None
        assert understood.snapshot.depth is Depth.FULL

    with_crew(story)


def test_the_engine_holds_nothing_of_a_capture_that_is_read_from_its_file(tmp_path: Path) -> None:
    said = json.dumps({"checksum": "1", "mode": "run", "more": "x" * 8_000_000}).encode()
    heard = (Exchange("glance", (said,)),)
    now = SystemClock().now()
    capture = Capture("press-1", "toy", Depth.FULL, now, now, heard, 1, 1, len(said))
    (tmp_path / "spooled").write_bytes(captures.encode(capture))

    async def story(crew: Crew) -> None:
        await crew.decoder.start()
        tracemalloc.start()
        try:
            understood = await crew.decode(tmp_path / "spooled", SEAL)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert isinstance(understood, Decoded)
        assert understood.snapshot is not None
        assert most < 500_000

    with_crew(story)


def test_a_large_glance_is_written_to_its_file_too(plc: Plc, port: int, tmp_path: Path) -> None:
    plc.log = ["x" * 300_000]

    async def story(crew: Crew) -> None:
        heard = await crew.collect(controller(port), GLANCE, 100.0, wanted, tmp_path / "spooled")
        assert isinstance(heard, Collected)
        assert heard.in_file
        assert (tmp_path / "spooled").stat().st_size > 600_000

    with_crew(story)


def test_a_disk_that_takes_nothing_is_told_with_what_the_poll_cost(port: int) -> None:
    async def story(crew: Crew) -> None:
        heard = await crew.collect(controller(port), FULL, 100.0, wanted, NOWHERE)
        assert isinstance(heard, Collected)
        assert not heard.in_file
        assert "No such file" in heard.not_kept
        assert heard.requests == 4

    with_crew(story)


def test_a_file_that_is_gone_is_an_error_of_the_store() -> None:
    async def story(crew: Crew) -> None:
        with pytest.raises(StoreError, match="No such file"):
            await crew.decode(NOWHERE, SEAL)

    with_crew(story)


def test_a_worker_that_dies_over_one_poll_names_the_culprit(plc: Plc, port: int) -> None:
    plc.misdeed = "die"

    async def story(crew: Crew) -> None:
        lost = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        assert lost == Lost("the worker process died", sure=True)
        plc.misdeed = ""
        assert isinstance(
            await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE), Collected
        )

    with_crew(story)


def test_of_several_polls_in_a_dead_worker_nobody_is_blamed(plc: Plc, port: int) -> None:
    async def story(crew: Crew) -> None:
        plc.misdeed = "silent"
        tasks = [
            asyncio.create_task(
                crew.collect(controller(port, name), GLANCE, 100.0, wanted, NOWHERE)
            )
            for name in ("a", "b")
        ]
        await until(lambda: crew.shared.in_hand == 2)
        assert crew.shared.pid is not None
        os.kill(crew.shared.pid, signal.SIGKILL)
        assert [await task for task in tasks] == [Lost("the worker process died", sure=False)] * 2

    with_crew(story)


def test_a_loop_that_stops_turning_is_killed(
    plc: Plc, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "SILENT_S", 1.5)
    plc.misdeed = "spin"

    async def story(crew: Crew) -> None:
        lost = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        assert isinstance(lost, Lost)
        assert "no sign of life" in lost.reason

    with_crew(story)


def test_a_driver_that_does_not_let_go_is_killed_and_blamed(
    plc: Plc, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "KILL_GRACE_S", -1.5)
    monkeypatch.setattr(crew_module, "KEEP_S_PER_MIB", 0.0)
    plc.misdeed = "deaf"
    hurried = Budget(requests_per_s=100.0, time_limit_s=0.3, answer_timeout_s=60.0)

    async def story(crew: Crew) -> None:
        lost = await crew.collect(controller(port, budget=hurried), GLANCE, 100.0, wanted, NOWHERE)
        assert lost == Lost("over its time limit and did not let go", sure=True)

    with_crew(story)


def test_a_pause_lets_go_long_before_the_time_of_an_answer(plc: Plc, port: int) -> None:
    plc.misdeed = "silent"

    async def story(crew: Crew) -> None:
        polled = controller(port)
        task = asyncio.create_task(crew.collect(polled, GLANCE, 100.0, wanted, NOWHERE))
        await until(lambda: bool(plc.asked))
        crew.cancel(polled, "paused")
        async with asyncio.timeout(polled.budget.answer_timeout_s / 2):
            heard = await task
        assert isinstance(heard, Collected)
        assert heard.fault_class == "PausedError"
        assert heard.requests == 1

    with_crew(story)


@pytest.mark.parametrize("misdeed", ["decoder-dies", "decoder-spins"])
def test_a_capture_that_kills_the_decoder_hurts_nobody_else(
    plc: Plc, port: int, misdeed: str
) -> None:
    async def story(crew: Crew) -> None:
        good = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        plc.misdeed = misdeed
        bad = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        assert isinstance(good, Collected)
        assert isinstance(bad, Collected)
        answers = await asyncio.gather(
            crew.decode(bad.capture, SEAL, 0.5), crew.decode(good.capture, SEAL)
        )
        assert isinstance(answers[0], Lost)
        assert answers[0].sure
        assert isinstance(answers[1], Decoded)
        assert answers[1].snapshot is not None

    with_crew(story)


def test_an_answer_that_takes_long_to_decode_is_told_from_a_quick_one(plc: Plc, port: int) -> None:
    async def story(crew: Crew) -> None:
        quick = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        plc.misdeed = "decoder-slow"
        slow = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        assert isinstance(quick, Collected)
        assert isinstance(slow, Collected)
        answers = [await crew.decode(one.capture, SEAL, 1.9 * SLOWLY_S) for one in (quick, slow)]
        assert [isinstance(one, Decoded) and one.slow for one in answers] == [False, True]

    with_crew(story)


def test_a_capture_is_not_to_blame_for_a_host_that_is_busy(plc: Plc, port: int) -> None:
    plc.misdeed = "decoder-waits"

    async def story(crew: Crew) -> None:
        heard = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        assert isinstance(heard, Collected)
        answer = await crew.decode(heard.capture, SEAL, SLOWLY_S)
        assert isinstance(answer, Decoded)
        assert not answer.slow

    with_crew(story)


def test_a_small_capture_has_seconds_to_be_decoded_and_a_large_one_more(
    plc: Plc, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "DECODE_FIRST_S", 0.3)
    plc.misdeed = "decoder-slow"

    async def story(crew: Crew) -> None:
        small = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        plc.log = ["x" * 4_000]
        large = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        assert isinstance(small, Collected)
        assert isinstance(large, Collected)
        monkeypatch.setattr(crew_module, "DECODE_S_PER_MIB", 1_000.0)
        assert isinstance(await crew.decode(large.capture, SEAL), Decoded)
        monkeypatch.setattr(crew_module, "DECODE_S_PER_MIB", 0.5)
        assert isinstance(await crew.decode(small.capture, SEAL), Lost)

    with_crew(story)


def test_a_bomb_meets_the_decoders_bound_of_memory(plc: Plc, port: int) -> None:
    plc.misdeed = "decoder-bomb"

    async def story(crew: Crew) -> None:
        heard = await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        assert isinstance(heard, Collected)
        answer = await crew.decode(heard.capture, SEAL)
        assert isinstance(answer, Decoded)
        assert answer.snapshot is None
        assert "MemoryError" in answer.fault

    with_crew(story)


def test_workers_end_when_the_engine_is_gone(port: int) -> None:
    async def story(crew: Crew) -> None:
        await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        pid = crew.shared.pid
        assert pid is not None
        await crew.stop()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    with_crew(story)


def test_a_worker_that_cannot_start_is_told_as_such(port: int) -> None:
    async def tell() -> None:
        crew = Crew("no.such.module:DRIVERS", SystemClock())
        with pytest.raises(EngineError, match="could not be started"):
            await crew.collect(controller(port), GLANCE, 100.0, wanted, NOWHERE)
        await crew.stop()

    asyncio.run(tell())
