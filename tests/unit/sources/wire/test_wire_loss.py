"""Packets that a mirror loses, in real recordings: loads are still seen, single acts less surely.

Fixed seeds, so that a figure that falls is a change of ours. The figures stand in docs/sources.
"""

import random
from collections import Counter
from pathlib import Path

import pytest

from ccontrol.sources.acts import UNANSWERED
from ccontrol.sources.wire.recording import Frame
from tests.unit.sources.wire.listening import corpus, frames_of, listen

LOADS = (
    "ITI__ICS-Security-Tools/pcaps__openics__EIP-ControlProtocolChangeAttempt.pcap",
    "ITI__ICS-Security-Tools/pcaps__openics__EIP-RebootorRestart.pcap",
    "ITI__ICS-Security-Tools/pcaps__s7__s7comm_downloading_block_db1.pcap",
    "ITI__ICS-Security-Tools/pcaps__s7__tia_s300_downloadHwConfig.pcapng",
    "ITI__ICS-Security-Tools/pcaps__s7__tia_s300_downloadOb1.pcapng",
    "ITI__ICS-Security-Tools/pcaps__s7__S7-1200-Uploading-OB1-TIAV12.pcap",
)
CHANGES = frozenset({"program.download", "program.modify", "program.activate", "program.delete"})
SEEDS = range(6)


def thinned(frames: list[Frame], loss: float, seed: int) -> list[Frame]:
    chance = random.Random(seed)
    return [frame for frame in frames if chance.random() >= loss]


def counted(frames: list[Frame]) -> tuple[int, int, bool]:
    """Acts, those of them with an answer, and whether any of them changes a program."""
    acts = [act for _, act in listen(frames)]
    answered = sum(act.outcome != UNANSWERED for act in acts)
    return len(acts), answered, any(act.action in CHANGES for act in acts)


@pytest.mark.parametrize(
    ("loss", "kept", "answers", "loads_seen"),
    [(0.01, 0.96, 0.94, 1.0), (0.05, 0.90, 0.82, 1.0), (0.20, 0.70, 0.48, 0.97)],
)
def test_loads_are_seen_through_loss(
    loss: float, kept: float, answers: float, loads_seen: float
) -> None:
    whole = Counter[str]()
    for name in LOADS:
        frames = frames_of(corpus() / name)
        acts, answered, _ = counted(frames)
        for seed in SEEDS:
            some, with_answer, seen = counted(thinned(frames, loss, seed))
            whole.update(acts=acts, some=some, answered=answered, with_answer=with_answer)
            whole.update(loads=1, seen=int(seen))
    assert whole["some"] / whole["acts"] >= kept
    assert whole["with_answer"] / whole["answered"] >= answers
    assert whole["seen"] / whole["loads"] >= loads_seen


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LOADS)
def test_neighbours_that_changed_places_change_nothing_real(name: str, seed: int) -> None:
    frames = frames_of(corpus() / name)
    want = tally(frames)
    chance = random.Random(seed)
    at = 0
    while at + 1 < len(frames):
        if chance.random() < 0.05:
            frames[at], frames[at + 1] = frames[at + 1], frames[at]
            at += 1
        at += 1
    assert tally(frames) == want


@pytest.mark.parametrize("name", LOADS)
def test_every_real_frame_twice_counts_once(name: str) -> None:
    frames = frames_of(corpus() / name)
    assert tally([frame for frame in frames for _ in range(2)]) == tally(frames)


def tally(frames: list[Frame]) -> Counter[tuple[str, str, str]]:
    return Counter((act.action, act.name, act.outcome) for _, act in listen(frames))


def test_a_real_recording_cut_by_its_recorder_tells_what_its_heads_say() -> None:
    path: Path = corpus() / LOADS[2]
    cut = [frame._replace(data=frame.data[:110]) for frame in frames_of(path)]
    assert [(a.action, a.name) for _, a in listen(cut)] == [
        ("program.download", "DB1"),
        ("program.download", "DB1"),
        ("program.activate", "DB1"),
    ]
