"""The proofs: real downloads in real recordings, the block as the real decoders read it, and blame.

OB1 of a CPU 315-2 PN/DP: what it said of the block before and after stands in the recording itself.
DB1 of an IM151-8: the CPU had none before, says the recording. A ControlLogix whose project was
loaded: the change words that the load wrote are what a poll reads since.
"""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from ccontrol.attribution.case import Case
from ccontrol.attribution.judge import judge
from ccontrol.diff.compare import compare
from ccontrol.drivers.s7.answers import Answers
from ccontrol.drivers.s7.block_units import block_unit
from ccontrol.drivers.s7.cpu_units import program_word
from ccontrol.drivers.s7.program_word import Word
from ccontrol.logic.mc7.block import Block, parse_image, parse_info
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Kind
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import EngineeringEvent, MacScope, Witness
from ccontrol.model.judgement import Attribution, Confidence, Grade, Origin, Watching, Window
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Unit, UnitId, fields
from ccontrol.model.witness import Hearing, Watch
from ccontrol.sources.files import read
from ccontrol.sources.folding import Folding, Scene
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.table import Watchlist
from ccontrol.sources.wire.wire import Wire
from tests.unit.drivers.s7.heard import SEAL
from tests.unit.drivers.s7.real_captures import corpus, real_capture
from tests.unit.sources.wire.listening import frames_of

OB1_FILE, DB1_FILE = "tia_s300_downloadOb1.pcapng", "s7comm_downloading_block_db1.pcap"
LOGIX_FILE = "pcaps__openics__EIP-ControlProtocolChangeAttempt.pcap"
MINUTE = timedelta(minutes=1)
CARD = (
    UnitId("hardware", "memory-card"),
    Unit(UnitId("hardware", "memory-card"), Aspect.HARDWARE, "memory card",
         fields(serial="MMC 4A1AC019")),
    Unit(UnitId("hardware", "memory-card"), Aspect.HARDWARE, "memory card",
         fields(serial="MMC 5B2BD12A")),
)  # fmt: skip


def recording(name: str) -> Path:
    return corpus("pcap", "ITI__ICS-Security-Tools", name)


def events_in(path: Path) -> tuple[EngineeringEvent, ...]:
    return read(io.BytesIO(path.read_bytes()), path.name, Watchlist()).events


def image(name: str, of: str) -> Block:
    path = corpus("mc7", "captures", f"{of}__download__{name.partition('.')[0]}.mc7")
    return parse_image(path.read_bytes(), of[:2], int(of[2:]))


def unit(block: Block) -> Unit:
    return block_unit(block, SEAL, "", keep_values=False)


def state(*units: Unit) -> State:
    listed = frozenset({"OB", "DB", "hardware"})
    return State("cpu", "s7", {one.id: Known(one) for one in units}, listed=listed)


@cache
def ob1_before_and_after() -> tuple[State, State]:
    """The block as the CPU itself described it before, and as it was loaded."""
    loaded = image(OB1_FILE, "OB1")
    answers = Answers(real_capture(OB1_FILE))
    header, footer = parse_info(answers.of("info 38 00001")[0].payload, "OB", 1)
    assert (header.load_bytes, header.mc7_bytes, footer.crc) == (324, 206, 0x00C0)
    held = parse_info(answers.of("info 38 00001")[-1].payload, "OB", 1)
    assert held == (loaded.header, loaded.footer)
    old = replace(loaded, header=header, footer=footer, body=loaded.body[:206])
    return state(unit(old)), state(unit(loaded))


def db1_before_and_after() -> tuple[State, State]:
    """The words that the CPU reported, and DB1: it had none, and has the one that was loaded."""
    before = program_word(Word(0x1400, 0x0972))
    after = program_word(Word(0x8401, 0xD6B2))
    return state(before), state(after, unit(image(DB1_FILE, "DB1")))


def blame(
    states: tuple[State, State],
    events: Iterable[EngineeringEvent],
    download: EngineeringEvent,
    watches: tuple[Watch, ...] = (),
) -> Attribution:
    before, after = states
    changes = compare(before, after)
    window = Window(download.first - MINUTE, download.last + MINUTE)
    controller = Controller(
        "cpu", "s", "a", "s7", download.controller.address, download.controller.port
    )
    return judge(
        Case(
            changes,
            (window,) * len(changes.changes),
            controller,
            {name: known.unit for name, known in before.units.items() if known.unit},
            {name: known.unit for name, known in after.units.items() if known.unit},
            hearing=Hearing(tuple(events), watches),
        )
    )


def download_of(events: Iterable[EngineeringEvent]) -> EngineeringEvent:
    return next(one for one in events if one.action == "program.download")


def watch(address: str, since: datetime, until: datetime) -> Watch:
    return Watch("span-a", since, until, 1000, 0, ((address, 12),))


def test_the_ob1_that_was_loaded_over_the_network_is_confirmed() -> None:
    events = events_in(recording(f"pcaps__s7__{OB1_FILE}"))
    found = blame(ob1_before_and_after(), events, download_of(events))
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.CONFIRMED)
    assert [actor.address for actor in found.actors] == ["134.217.61.131"]
    assert found.weighed[0].grade is Grade.CONTENT
    assert found.weighed[0].event == download_of(events)


def test_the_db1_that_was_loaded_over_the_network_is_confirmed() -> None:
    events = events_in(recording(f"pcaps__s7__{DB1_FILE}"))
    states = db1_before_and_after()
    assert {change.kind for change in compare(*states).changes} >= {Kind.ADDED, Kind.CHANGED}
    found = blame(states, events, download_of(events))
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.CONFIRMED)
    assert [actor.address for actor in found.actors] == ["192.168.1.10"]


def test_a_load_into_a_logix_controller_is_confirmed_by_its_change_words() -> None:
    events = events_in(recording(LOGIX_FILE))
    load = next(one for one in events if one.action == "program.sign")
    written = dict(load.objects[0].facts)

    def edits(third: bytes, fourth: bytes) -> Unit:
        told = {f"attribute_{at}": f"{int.from_bytes(of, 'little'):08x}"
                for at, of in ((3, third), (4, fourth))}  # fmt: skip
        return Unit(
            UnitId("edits", "controller"), Aspect.CONFIGURATION, "edit counters", fields(**told)
        )

    now = bytes.fromhex(written["attribute-3"]), bytes.fromhex(written["attribute-4"])
    states = state(edits(b"\1\0\0\0", b"\2\0\0\0")), state(edits(*now))
    found = blame(states, events, load)
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.CONFIRMED)
    assert [actor.address for actor in found.actors] == ["192.168.10.105"]
    assert [claim.kind for claim in found.actors[0].claims] == ["cip-originator"]
    other = blame((states[0], state(edits(b"\3\0\0\0", b"\2\0\0\0"))), events, load)
    assert other.confidence is Confidence.PROBABLE, "edited once more since"


def test_the_same_change_with_no_traffic_and_another_card_is_local() -> None:
    download = download_of(events_in(recording(f"pcaps__s7__{OB1_FILE}")))
    before, after = ob1_before_and_after()
    card, old, new = CARD
    swapped = (
        replace(before, units={**before.units, card: Known(old)}),
        replace(after, units={**after.units, card: Known(new)}),
    )
    around = watch(download.controller.address, download.first - 2 * MINUTE,
                   download.last + 2 * MINUTE)  # fmt: skip
    found = blame(swapped, (), download, (around,))
    assert (found.origin, found.confidence) == (Origin.LOCAL, Confidence.PROBABLE)
    assert "MMC 4A1AC019 → MMC 5B2BD12A" in found.reason


def test_the_same_change_in_a_gap_of_the_capture_is_unknown_and_names_the_gap() -> None:
    download = download_of(events_in(recording(f"pcaps__s7__{OB1_FILE}")))
    address = download.controller.address
    half = timedelta(seconds=20)
    watches = (
        watch(address, download.first - 2 * MINUTE, download.first - half),
        watch(address, download.last + half, download.last + 2 * MINUTE),
    )
    found = blame(ob1_before_and_after(), (), download, watches)
    assert (found.origin, found.confidence) == (Origin.UNKNOWN, Confidence.NONE)
    assert found.coverage.watching is Watching.DEGRADED
    (gap,) = found.coverage.gaps
    assert (gap.since, gap.until) == (download.first - half, download.last + half)
    assert "not seen on the monitored network" in found.reason
    assert "nobody watched" in found.reason


def lossy(frames: list[Frame], percent: int, seed: int) -> list[EngineeringEvent]:
    """Return what a sensor that lost so many packets would have handed in."""
    chance, found = Random(seed), list[EngineeringEvent]()
    scene = Scene(Witness.LIVE, "span-a", lambda _: MacScope.UNKNOWN)
    folding = Folding(scene, found.append)
    wire = Wire(Watchlist(), Stations(), folding.add)
    for frame in frames:
        if chance.randrange(100) >= percent:
            wire.feed(frame)
    wire.close()
    folding.close()
    return found


@pytest.mark.parametrize("percent", [1, 5, 10, 20])
def test_lost_packets_weaken_an_origin_and_never_turn_it(percent: int) -> None:
    path = recording(f"pcaps__s7__{OB1_FILE}")
    download, frames = download_of(events_in(path)), frames_of(path)
    states, confidences = ob1_before_and_after(), []
    for seed in range(40):
        found = blame(states, lossy(frames, percent, seed), download)
        assert found.origin in {Origin.NETWORK, Origin.UNKNOWN}
        assert {actor.address for actor in found.actors} <= {"134.217.61.131"}
        confidences.append(found.confidence)
    assert confidences.count(Confidence.NONE) <= percent / 5, confidences
    if percent == 1:
        assert confidences.count(Confidence.CONFIRMED) >= 30
