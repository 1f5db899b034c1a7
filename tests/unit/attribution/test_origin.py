"""The table: every row, with what was heard on one side and the origin on the other."""

from dataclasses import replace

import pytest

from ccontrol.attribution.judge import judge
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, Kind
from ccontrol.model.engineering import Actor, Claim, Completeness, Outcome, Reach, Role
from ccontrol.model.judgement import Confidence, Grade, Origin, Watching
from ccontrol.model.unit import UnitId
from ccontrol.model.witness import Hearing
from tests.unit.attribution.made_cases import (
    CARD,
    ENGINEER,
    KEY,
    MODE,
    REFUSED,
    UNANSWERED,
    at,
    block,
    case,
    changed,
    entry,
    event,
    touched,
    watch,
)

OLD, NEW = block("1111", "2026-02-03T03:00:00.000"), block("5935")
LOADED = touched(checksum="5935", code_time="2026-02-03T04:00:00.000")
OTHER_STATION = Actor("192.0.2.51", 50_002)
STOP_BY_SWITCH = entry("mode.stop", Reach.LOCAL)
RESET_BY_SWITCH = entry("memory.reset", Reach.LOCAL, "4308")
CARD_IN_LOG = entry("card.change", Reach.LOCAL, "6526")


def test_without_evidence_the_origin_is_unknown_even_beside_a_log() -> None:
    found = judge(case(changed(), log=[STOP_BY_SWITCH]))
    assert (found.origin, found.confidence) == (Origin.UNKNOWN, Confidence.NONE)
    assert found.evidence == ("2026-02-03T04:05:06 4303 what it says",)
    assert found.reason == "no evidence names who or what did it"


def test_a_first_sight_is_our_own_doing() -> None:
    found = judge(case(first=True, log=[STOP_BY_SWITCH]))
    assert (found.origin, found.confidence) == (Origin.SELF, Confidence.CONFIRMED)


def test_a_first_look_in_a_new_place_is_our_own_doing() -> None:
    assert judge(case(changed(kind=Kind.FOUND))).origin is Origin.SELF
    assert judge(case(changed(aspect=Aspect.SIGHT, kind=Kind.REGAINED))).origin is Origin.SELF
    assert judge(case(changed(kind=Kind.REGAINED))).origin is Origin.UNKNOWN


def test_what_ccontrol_finds_of_its_own_sight_is_its_own() -> None:
    stale = changed(UnitId("stale", ""), Aspect.SIGHT, Kind.RAISED)
    assert judge(case(stale)).origin is Origin.SELF
    assert judge(case(stale, changed())).origin is Origin.UNKNOWN


def test_what_passed_and_is_held_since_is_confirmed() -> None:
    found = judge(case(changed(), events=[event("program.download", LOADED)],
                       before=[OLD], after=[NEW]))  # fmt: skip
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.CONFIRMED)
    assert found.actors == (ENGINEER,)
    assert found.weighed[0].grade is Grade.CONTENT
    assert found.weighed[0].event == event("program.download", LOADED)
    assert "program.download of OB1 by 192.0.2.50" in found.reason


def test_it_is_confirmed_even_where_the_answer_was_lost() -> None:
    lost = touched(outcome=UNANSWERED, checksum="5935", code_time="2026-02-03T04:00:00.000")
    found = judge(case(changed(), events=[event("program.download", lost, outcome=UNANSWERED)],
                       before=[OLD], after=[NEW]))  # fmt: skip
    assert found.confidence is Confidence.CONFIRMED


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ([OLD], [block("7777")], "it holds something else: somebody loaded it once more, unseen"),
        ([NEW], [NEW], "it held the same before: what changed is something else"),
    ],
)
def test_what_passed_and_is_not_what_changed_is_no_cause(
    before: list[object], after: list[object], why: str
) -> None:
    found = judge(case(changed(), events=[event("program.download", LOADED)],
                       before=before, after=after))  # type: ignore[arg-type]  # fmt: skip
    assert found.origin is Origin.UNKNOWN, why
    assert "is not what passed" in found.contradictions[0]


@pytest.mark.parametrize(
    "said",
    [
        touched(checksum="5935"),
        touched(code_time="2026-02-03T04:00:00.000"),
        touched(),
    ],
)
def test_an_acknowledged_act_on_the_same_thing_is_probable(said: object) -> None:
    acts = [event("program.download", said)]  # type: ignore[arg-type]  # made
    found = judge(case(changed(), events=acts, before=[OLD], after=[NEW]))
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.PROBABLE)
    assert found.weighed[0].grade is Grade.OBJECT


def test_it_is_confirmed_where_the_controller_says_so_itself() -> None:
    acts = [event("program.download", touched())]
    log = [entry("program.download", Reach.NETWORK, "6529")]
    assert judge(case(changed(), events=acts, log=log)).confidence is Confidence.CONFIRMED
    assert judge(case(changed(), log=log)).confidence is Confidence.PROBABLE, "by whom, nobody saw"
    other = [entry("mode.stop", Reach.NETWORK, "4304")]
    assert judge(case(changed(), events=acts, log=other)).confidence is Confidence.PROBABLE


@pytest.mark.parametrize(
    "act",
    [
        event("program.download"),
        event("program.modify", touched("68:9248/6d:14052", kind="routine")),
        event("program.download", touched("DB5"), completeness=Completeness.PARTIAL),
        event("program.download", touched("DB5"), left_out=3),
    ],
)
def test_an_acknowledged_act_on_who_knows_what_is_probable(act: object) -> None:
    found = judge(case(changed(), events=[act]))  # type: ignore[list-item]  # made
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.PROBABLE)
    assert found.weighed[0].grade is Grade.SESSION
    assert "which object it was about is not known" in found.weighed[0].text


def test_an_act_that_was_seen_whole_and_names_other_blocks_is_no_cause() -> None:
    found = judge(case(changed(), events=[event("program.download", touched("DB5"))]))
    assert found.origin is Origin.UNKNOWN


@pytest.mark.parametrize(
    ("act", "grade"),
    [
        (event("program.download", touched(outcome=UNANSWERED), outcome=UNANSWERED), Grade.ATTEMPT),
        (event("program.download", outcome=UNANSWERED), Grade.ATTEMPT),
        (
            event(
                "program.download",
                touched(outcome=Outcome(done=1, refused=1)),
                outcome=Outcome(done=1, refused=1),
            ),
            Grade.ATTEMPT,
        ),
        (event("session.encrypted", completeness=Completeness.FLOW), Grade.FLOW),
    ],
)
def test_an_act_whose_end_nobody_saw_is_possible(act: object, grade: Grade) -> None:
    found = judge(case(changed(), events=[act]))  # type: ignore[list-item]  # made
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.POSSIBLE)
    assert found.weighed[0].grade is grade


def test_an_encrypted_session_of_no_engineering_station_is_no_cause() -> None:
    hmi = replace(ENGINEER, role=Role.HMI)
    act = event("session.encrypted", completeness=Completeness.FLOW, actor=hmi)
    assert judge(case(changed(), events=[act])).origin is Origin.UNKNOWN


def test_a_station_that_says_it_is_something_else_is_told_by_what_it_does() -> None:
    spoofed = replace(ENGINEER, role=Role.HMI, claims=(Claim("tsap", "SIMATIC-HMI"),))
    found = judge(case(changed(), events=[event("program.download", touched(), actor=spoofed)]))
    assert (found.origin, found.actors) == (Origin.NETWORK, (spoofed,))
    assert "tsap SIMATIC-HMI" in found.reason


def test_a_refused_attempt_is_never_a_cause() -> None:
    acts = [
        event("program.download", touched(outcome=REFUSED), outcome=REFUSED),
        event("program.download", outcome=REFUSED),
    ]
    found = judge(case(changed(), events=acts))
    assert found.origin is Origin.UNKNOWN
    assert [one.grade for one in found.weighed] == [Grade.CONTEXT, Grade.CONTEXT]
    assert "refused (D209)" in found.weighed[0].text


@pytest.mark.parametrize(
    "action",
    [
        "variable.write", "mode.stop", "mode.run", "controller.reset", "clock.set", "force.set",
        "firmware.write", "memory.persist", "credential.use", "lock.force", "session.online",
        "program.upload", "config.network",
    ],
)  # fmt: skip
def test_what_cannot_change_a_program_explains_no_program(action: str) -> None:
    assert judge(case(changed(), events=[event(action)])).origin is Origin.UNKNOWN


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (MODE, "mode.stop"),
        (changed(UnitId("firmware", "cpu"), Aspect.FIRMWARE), "firmware.write"),
        (changed(UnitId("DB", "DB5"), Aspect.VALUES), "variable.write"),
        (changed(UnitId("protection", "cpu"), Aspect.PROTECTION), "config.protection"),
        (changed(UnitId("tcp-ip", "adapter"), Aspect.CONFIGURATION), "config.network"),
        (changed(UnitId("forces", "cpu")), "force.set"),
        (changed(kind=Kind.REMOVED), "memory.reset"),
    ],
)
def test_each_act_explains_what_it_can_change(change: Change, action: str) -> None:
    found = judge(case(change, events=[event(action)]))
    assert (found.origin, found.confidence) == (Origin.NETWORK, Confidence.PROBABLE)


def test_a_block_that_was_loaded_is_not_gone_by_that_nor_one_that_was_deleted_there() -> None:
    gone = changed(kind=Kind.REMOVED)
    load, delete = event("program.download", touched()), event("program.delete", touched())
    assert judge(case(gone, events=[load])).origin is Origin.UNKNOWN
    assert judge(case(gone, events=[delete])).origin is Origin.NETWORK
    assert judge(case(changed(), events=[delete])).origin is Origin.UNKNOWN


def test_another_card_explains_the_program_as_local() -> None:
    found = judge(case(CARD, changed()))
    assert (found.origin, found.confidence) == (Origin.LOCAL, Confidence.PROBABLE)
    assert "MMC 1111 → MMC 2222" in found.reason
    both = judge(case(CARD, changed(), log=[CARD_IN_LOG]))
    assert (both.origin, both.confidence) == (Origin.LOCAL, Confidence.CONFIRMED)
    alone = judge(case(CARD))
    assert (alone.origin, alone.confidence) == (Origin.LOCAL, Confidence.CONFIRMED)


def test_a_card_that_could_not_be_read_before_explains_nothing() -> None:
    unread = changed(UnitId("hardware", "memory-card"), Aspect.HARDWARE, serial=(None, "MMC 2222"))
    assert judge(case(unread, changed())).origin is Origin.UNKNOWN


def test_a_memory_that_was_cleared_by_the_switch_explains_what_is_gone() -> None:
    gone = judge(case(changed(kind=Kind.REMOVED), log=[RESET_BY_SWITCH]))
    assert (gone.origin, gone.confidence) == (Origin.LOCAL, Confidence.CONFIRMED)
    other = judge(case(changed(), log=[RESET_BY_SWITCH]))
    assert (other.origin, other.confidence) == (Origin.LOCAL, Confidence.PROBABLE)


def test_a_module_that_was_pulled_explains_hardware_and_no_program() -> None:
    module = changed(UnitId("module", "rack0-slot4"), Aspect.HARDWARE, Kind.REMOVED)
    log = [entry("module.change", Reach.LOCAL, "3961")]
    assert judge(case(module, log=log)).origin is Origin.LOCAL
    assert judge(case(module, changed(), log=log)).origin is Origin.UNKNOWN


def test_a_turned_key_explains_a_stop_and_nothing_else() -> None:
    stopped = judge(case(KEY, MODE, log=[STOP_BY_SWITCH]))
    assert (stopped.origin, stopped.confidence) == (Origin.LOCAL, Confidence.CONFIRMED)
    found = judge(case(KEY, MODE, changed(), log=[STOP_BY_SWITCH]))
    assert found.origin is Origin.UNKNOWN
    assert "that changes no program" in found.weighed[-1].text


def test_a_remote_download_on_an_unmirrored_port_after_the_key_was_turned_is_unknown() -> None:
    """The attacker waits for the key. Sensors watch another way, perfectly, and see nothing."""
    found = judge(
        case(
            KEY, MODE, changed(),
            log=[STOP_BY_SWITCH], before=[OLD], after=[NEW], watches=[watch()],
            hearing=Hearing(mirrored=True),
        )
    )  # fmt: skip
    assert (found.origin, found.confidence) == (Origin.UNKNOWN, Confidence.NONE)
    assert found.reason.startswith("not seen on the monitored network")
    assert found.coverage.watching is Watching.MIRRORED


@pytest.mark.parametrize("log", [[], [CARD_IN_LOG]])
def test_network_and_local_evidence_contradict_each_other(log: list[object]) -> None:
    acts = [event("program.download", LOADED)]
    found = judge(case(CARD, changed(), events=acts, log=log,  # type: ignore[arg-type]  # made
                       before=[OLD], after=[NEW]))  # fmt: skip
    assert (found.origin, found.actors) == (Origin.UNKNOWN, ())
    assert "program.download" in found.contradictions[0]
    assert "memory card" in found.contradictions[0] or "6526" in found.contradictions[0]
    assert {one.speaks_for for one in found.weighed} >= {Origin.NETWORK, Origin.LOCAL}


def test_an_unanswered_attempt_beside_a_local_cause_leaves_it_probable() -> None:
    acts = [event("program.download", outcome=UNANSWERED)]
    found = judge(case(CARD, changed(), events=acts, log=[CARD_IN_LOG]))
    assert (found.origin, found.confidence) == (Origin.LOCAL, Confidence.PROBABLE)
    assert found.contradictions


def test_a_card_that_was_pulled_and_put_back_at_noon_explains_nothing_of_the_night() -> None:
    """The log was not read since; an act in RUN over an unmirrored port writes no entry."""
    noon = replace(CARD_IN_LOG, about=at(-600))
    found = judge(case(changed(), log=[noon]))
    assert (found.origin, found.confidence) == (Origin.UNKNOWN, Confidence.NONE)
    (told,) = found.weighed
    assert told.grade is Grade.CONTEXT
    assert "that was not when this changed" in told.text


def test_an_entry_counts_by_the_measured_clock_and_never_by_its_date() -> None:
    decades_off = replace(CARD_IN_LOG, at="1994-01-01T00:00:00.000", about=at(5))
    found = judge(case(changed(), log=[decades_off]))
    assert (found.origin, found.confidence) == (Origin.LOCAL, Confidence.CONFIRMED)
    after = judge(case(changed(), log=[replace(CARD_IN_LOG, about=at(12))]))
    assert after.origin is Origin.UNKNOWN


def test_an_entry_whose_clock_nobody_knows_counts_by_its_place_in_the_log() -> None:
    found = judge(case(changed(), log=[replace(CARD_IN_LOG, about=None)]))
    assert found.origin is Origin.LOCAL
