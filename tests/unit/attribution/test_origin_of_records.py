"""Several candidates, several changes, our own conversations: one origin for a whole record."""

from dataclasses import replace

import pytest

from ccontrol.attribution.case import Beside, Case
from ccontrol.attribution.causes import ACTIONS as CAUSES
from ccontrol.attribution.judge import judge
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ChangeSet, Kind
from ccontrol.model.engineering import Actor, Completeness, Reach, Role, Witness
from ccontrol.model.judgement import Confidence, Grade, Origin, Window
from ccontrol.model.unit import UnitId
from ccontrol.model.witness import Hearing
from ccontrol.sources.actions import ACTIONS
from tests.unit.attribution.made_cases import (
    CARD,
    CLOSED,
    DONE,
    ENGINEER,
    MODE,
    REFUSED,
    WINDOW,
    at,
    block,
    case,
    changed,
    entry,
    event,
    own,
    touched,
)

OLD, NEW = block("1111", "2026-02-03T03:00:00.000"), block("5935")
LOADED = touched(checksum="5935", code_time="2026-02-03T04:00:00.000")
OTHER_STATION = Actor("192.0.2.51", 50_002)
STOP_BY_SWITCH = entry("mode.stop", Reach.LOCAL)
RESET_BY_SWITCH = entry("memory.reset", Reach.LOCAL, "4308")
CARD_IN_LOG = entry("card.change", Reach.LOCAL, "6526")


def test_several_candidates_are_kept_and_a_tie_is_said() -> None:
    first = event("program.download", touched(), when=4)
    later = event("program.download", touched(), when=6, actor=OTHER_STATION)
    found = judge(case(changed(), events=[first, later]))
    assert found.actors == (OTHER_STATION, ENGINEER), "the last one before the new value first"
    assert "ambiguous" in found.reason
    assert "192.0.2.50" in found.reason
    weaker = event("program.download", when=6, actor=OTHER_STATION)
    alone = judge(case(changed(), events=[first, weaker]))
    assert alone.actors == (ENGINEER, OTHER_STATION)
    assert "ambiguous" not in alone.reason


def test_what_passed_tells_candidates_apart() -> None:
    right = event("program.download", LOADED, when=4)
    wrong = event("program.download", touched(checksum="0000"), when=6, actor=OTHER_STATION)
    found = judge(case(changed(), events=[wrong, right], before=[OLD], after=[NEW]))
    assert (found.actors, found.confidence) == ((ENGINEER,), Confidence.CONFIRMED)


def test_of_a_mixed_change_the_gravest_aspect_decides() -> None:
    found = judge(case(MODE, changed(), events=[event("mode.stop")]))
    assert found.origin is Origin.UNKNOWN
    assert "of mode: network" in found.reason
    loaded = judge(case(MODE, changed(), events=[event("program.download", touched())]))
    assert loaded.origin is Origin.NETWORK
    assert "of mode: unknown" in loaded.reason


def test_of_several_changes_the_one_that_is_explained_least_decides() -> None:
    fc7 = changed(UnitId("FC", "FC7"))
    acts = [event("program.download", LOADED)]
    found = judge(case(changed(), fc7, events=acts, before=[OLD], after=[NEW]))
    assert found.origin is Origin.UNKNOWN
    assert found.reason == "nothing explains FC7, 1 of 2 that changed"
    assert found.weighed[0].grade is Grade.CONTENT, "what is known is kept"
    session = [*acts, event("memory.write")]
    assert judge(case(changed(), fc7, events=session, before=[OLD], after=[NEW])).confidence is (
        Confidence.PROBABLE
    )


def test_parts_of_different_origin_make_no_origin() -> None:
    firmware = changed(UnitId("firmware", "module"), Aspect.FIRMWARE)
    log = [entry("module.change", Reach.LOCAL, "3861")]
    found = judge(case(firmware, changed(), events=[event("program.download", touched())], log=log))
    assert found.origin is Origin.UNKNOWN
    assert found.reason == "its parts come from different places"


def test_a_checksum_of_the_controller_only_repeats_what_its_blocks_tell() -> None:
    word = changed(UnitId("checksum", "program"), crc=("0972", "d6b2"))
    acts = [event("program.download", LOADED)]
    found = judge(case(word, changed(), events=acts, before=[OLD], after=[NEW]))
    assert found.confidence is Confidence.CONFIRMED
    alone = judge(case(word, events=acts))
    assert (alone.confidence, alone.weighed[0].grade) == (Confidence.PROBABLE, Grade.SESSION)


def test_where_nobody_can_tell_since_when_only_content_confirms() -> None:
    window = Window(None, CLOSED)
    acts = [event("program.download", LOADED)]
    found = judge(case(changed(), events=acts, before=[OLD], after=[NEW], window=window))
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.CONFIRMED)
    named = judge(case(changed(), events=[event("program.download", touched())], window=window))
    assert (named.origin, named.confidence) == (Origin.NETWORK, Confidence.POSSIBLE)
    card = judge(case(CARD, changed(), log=[CARD_IN_LOG], window=window))
    assert (card.origin, card.confidence) == (Origin.LOCAL, Confidence.POSSIBLE)


@pytest.mark.parametrize(
    ("when", "origin"),
    [
        (-1, Origin.UNKNOWN), (-0.05, Origin.NETWORK), (5, Origin.NETWORK),
        (10.05, Origin.NETWORK), (11, Origin.UNKNOWN),
    ],
)  # fmt: skip
def test_an_act_counts_within_the_window_and_what_two_clocks_may_differ(
    when: float, origin: Origin
) -> None:
    acts = [event("program.download", touched(), when=when)]
    assert judge(case(changed(), events=acts)).origin is origin


OURS = Actor("192.0.2.9", 41_000, role=Role.ENGINEERING)


def test_our_own_conversation_is_told_from_an_engineers_on_the_same_host() -> None:
    read = event("program.upload", touched(), actor=OURS)
    heard = Hearing(own=(own(4, 6),))
    ours = judge(case(changed(), events=[read], hearing=heard))
    assert (ours.origin, ours.contradictions) == (Origin.UNKNOWN, ())
    theirs = event("program.download", touched(), actor=replace(OURS, port=41_001))
    found = judge(case(changed(), events=[theirs], hearing=heard))
    assert (found.origin, found.actors, found.contradictions) == (
        Origin.NETWORK, (theirs.actor,), (),
    )  # fmt: skip


def test_nobody_hides_in_an_encrypted_session_from_a_port_of_ours() -> None:
    flow = event("session.encrypted", completeness=Completeness.FLOW, actor=OURS)
    found = judge(case(changed(), events=[flow], hearing=Hearing(own=(own(4, 6),))))
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.POSSIBLE)
    assert "port of a connection of our own" in found.contradictions[0]


def test_a_change_that_left_from_our_own_port_is_not_hidden() -> None:
    act = event("program.download", touched(), actor=OURS)
    found = judge(case(changed(), events=[act], hearing=Hearing(own=(own(4, 6),))))
    assert found.origin is Origin.NETWORK
    assert "port of a connection of our own" in found.contradictions[0]


def test_a_message_that_anybody_could_have_sent_is_possible_at_most() -> None:
    said = event("card.change" if "card.change" in ACTIONS else "memory.reset",
                 witness=Witness.SYSLOG, reach=Reach.LOCAL, weaknesses=("forgeable",))  # fmt: skip
    found = judge(case(changed(kind=Kind.REMOVED), events=[said]))
    assert (found.origin, found.confidence) == (Origin.LOCAL, Confidence.POSSIBLE)
    proven = replace(said, testimony=replace(said.testimony, weaknesses=()))
    sure = judge(case(changed(kind=Kind.REMOVED), events=[proven]))
    assert sure.confidence is Confidence.CONFIRMED
    seen = event("program.delete", touched(), outcome=DONE)
    network = judge(case(changed(kind=Kind.REMOVED), events=[said, seen]))
    assert (network.origin, network.confidence) == (Origin.NETWORK, Confidence.PROBABLE)


def test_every_act_that_a_decoder_names_stands_in_the_table_of_causes() -> None:
    assert ACTIONS.keys() <= CAUSES.keys()


def test_what_was_weighed_is_bounded_and_what_is_left_out_is_counted() -> None:
    acts = [event("program.download", outcome=REFUSED, when=each / 10) for each in range(50)]
    found = judge(case(changed(), events=acts))
    assert (len(found.weighed), found.left_out) == (32, 18)


def test_acts_of_many_things_fill_a_record_sooner() -> None:
    things = [touched(f"FC{number}") for number in range(256)]
    acts = [event("program.download", *things, when=each / 10) for each in range(20)]
    assert (len(judge(case(changed(), events=acts[:1])).weighed)) == 0
    found = judge(case(changed(UnitId("FC", "FC7")), events=[
        replace(act, actor=Actor(f"192.0.2.{each}")) for each, act in enumerate(acts)
    ]))  # fmt: skip
    assert len(found.weighed) == 5
    assert found.left_out == 3


def test_what_another_poll_told_of_the_same_time_counts_too() -> None:
    reset = Beside(ChangeSet("press-3", (MODE,)), WINDOW, (entry("memory.reset", Reach.LOCAL),))
    gone = replace(case(changed(kind=Kind.REMOVED)), beside=(reset,))
    assert judge(gone).origin is Origin.LOCAL
    card = Beside(ChangeSet("press-3", (CARD,)), WINDOW)
    assert judge(replace(case(changed()), beside=(card,))).origin is Origin.LOCAL
    before = replace(card, window=Window(at(-20), at(-10)))
    assert judge(replace(case(changed()), beside=(before,))).origin is Origin.UNKNOWN


def test_an_act_on_another_module_of_the_chassis_is_no_cause() -> None:
    def load(*route: str) -> Case:
        act = event("program.download")
        there = replace(act, protocol="cip", controller=replace(act.controller, route=route))
        return replace(case(changed(), events=[there]), route=("1/0",))

    assert judge(load("1/3")).origin is Origin.UNKNOWN
    assert judge(load("1/0")).origin is Origin.NETWORK
    assert judge(load()).origin is Origin.NETWORK, "its way was not seen"
