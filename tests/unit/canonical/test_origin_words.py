"""An origin in the text of a commit, and what a record that was damaged says of it."""

from dataclasses import replace

import pytest

from ccontrol.attribution.judge import judge
from ccontrol.canonical.message import message
from ccontrol.canonical.origins import actor_words, founded
from ccontrol.canonical.records import parse_record, render_record
from ccontrol.errors import UnreadableStateError
from ccontrol.model.aspect import Depth
from ccontrol.model.change import ChangeSet
from ccontrol.model.engineering import Actor, Claim, MacScope
from ccontrol.model.judgement import Attribution, Confidence, Origin, Severity, Verdict
from ccontrol.model.record import Record
from ccontrol.model.witness import Hearing
from tests.unit.attribution.made_cases import (
    CARD,
    CLOSED,
    ENGINEER,
    OPENED,
    case,
    changed,
    event,
    touched,
    watch,
)

HOSTILE = replace(ENGINEER, claims=(Claim("tsap", "ROOT\x1b[2J\nOrigin: self"),))


def recorded(attribution: Attribution) -> Record:
    return Record(
        "20260203-0123456789abcdef", 1, "press-3", "hall", "north", "Press 3", CLOSED, OPENED,
        Depth.FULL, ChangeSet("press-3", (changed(),)), attribution,
        Verdict(Severity.HIGH, "program", "the program changed"),
    )  # fmt: skip


def test_a_commit_says_who_how_surely_and_how_well_it_was_watched() -> None:
    acts = [event("program.download", touched(), actor=HOSTILE)]
    seen = [watch(until=4), watch(since=6)]
    found = judge(case(changed(), CARD, events=acts, watches=seen, hearing=Hearing(left_out=2)))
    text = message(recorded(replace(found, origin=Origin.NETWORK, actors=(HOSTILE,))))
    body = text.body.splitlines()
    assert "By 192.0.2.50:50001 (tsap ROOT?[2J?Origin: self)" in [
        line.replace("\\x1b", "?").replace("\\n", "?") for line in body
    ]
    assert "Watched: a way to it, with gaps, by span-a" in body
    assert "weighed" in body
    assert "contradictions" in body
    gaps = body[body.index("not watched") + 1 :][:2]
    assert gaps[1] == "  2026-02-03 04:04:00 to 2026-02-03 04:06:00 UTC: nobody watched"
    assert not any(line.startswith("Origin: self") for line in body)


def test_confidence_is_a_trailer_where_there_is_one() -> None:
    found = judge(case(changed(), events=[event("program.download", touched())]))
    assert ("Confidence", "probable") in message(recorded(found)).trailers
    unknown = message(recorded(judge(case(changed())))).trailers
    assert "Confidence" not in dict(unknown)


def test_a_station_is_named_by_what_is_known_of_it() -> None:
    assert actor_words(Actor("", mac="00:0c:29:c1:49:92", mac_scope=MacScope.LINK)) == (
        "00:0c:29:c1:49:92 (MAC 00:0c:29:c1:49:92, link)"
    )
    assert founded(Attribution(Origin.LOCAL, "", confidence=Confidence.CONFIRMED)) == (
        "local, confirmed"
    )


def test_a_record_of_an_older_version_is_read_as_ever() -> None:
    old = render_record(recorded(Attribution(Origin.UNKNOWN, "no evidence", ("one line",))))
    assert b"confidence" not in old
    assert b"coverage" not in old
    assert parse_record(old).attribution == Attribution(
        Origin.UNKNOWN, "no evidence", ("one line",)
    )


@pytest.mark.parametrize(
    ("of", "becomes"),
    [
        (b'confidence = "probable"', b'confidence = "certain"'),
        (b'grade = "object"', b'grade = "hearsay"'),
        (b"program.download", b"program.modify"),
    ],
)
def test_a_record_whose_evidence_was_damaged_is_not_read(of: bytes, becomes: bytes) -> None:
    found = judge(case(changed(), events=[event("program.download", touched())]))
    text = render_record(recorded(found))
    assert of in text
    with pytest.raises(UnreadableStateError):
        parse_record(text.replace(of, becomes))
