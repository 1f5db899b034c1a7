from dataclasses import replace

from ccontrol.diff.programs.changes import LogicKind, RungDiff
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.rungs import diff_rungs
from ccontrol.logic.ladder.model import Instruction, Rung, instructions
from ccontrol.logic.ladder.neutral import read_rung
from tests.unit.diff.programs.ladder_routine import ROUTINE, changed, told


def test_an_unchanged_routine_has_nothing_to_tell() -> None:
    assert diff_rungs(ROUTINE, tuple(map(replace, ROUTINE)), Effort()) == ()


def test_an_inserted_rung_moves_no_other_one() -> None:
    added = read_rung("XIC(New)OTE(Lamp);", type="I")
    after = (added, *ROUTINE)
    assert told(ROUTINE, after) == [
        (LogicKind.RUNG_ADDED, "rung 1 (Lamp): added: XIC(New) OTE(Lamp)"),
        (LogicKind.PENDING_EDIT, "rung 1 (Lamp): is a pending edit: I (inserted)"),
    ]
    assert told(after, ROUTINE) == [
        (LogicKind.RUNG_REMOVED, "rung 1 (Lamp): removed: XIC(New) OTE(Lamp)"),
        (
            LogicKind.COIL_REMOVED,
            "rung 1 (Lamp): coil OTE(Lamp) removed with it, and nowhere else in this routine",
        ),
    ]


def test_a_new_rung_that_ends_the_routine_is_more_than_a_new_rung() -> None:
    assert told(ROUTINE, (read_rung("XIC(Night)TND();"), *ROUTINE)) == [
        (LogicKind.RUNG_ADDED, "rung 1: added: XIC(Night) TND()"),
        (
            LogicKind.EXECUTION,
            "rung 1: TND() came with it: other rungs behind it run or are skipped now",
        ),
    ]


def test_an_and_that_became_an_or_is_a_bypass() -> None:
    before, after = read_rung("XIC(a)XIO(b)OTE(c);"), read_rung("[XIC(a) ,XIO(b) ]OTE(c);")
    assert {kind for kind, _ in told((before,), (after,))} == {
        LogicKind.BYPASS_ADDED,
        LogicKind.CONDITION_REMOVED,
    }


def test_a_branch_around_a_branch_is_a_bypass_of_it() -> None:
    before = read_rung("[XIC(a) ,XIC(b) ]OTE(c);")
    after = read_rung("[[XIC(a) ,XIC(b) ] ,XIC(f) ]OTE(c);")
    assert [kind for kind, _ in told((before,), (after,))] == [LogicKind.BYPASS_ADDED]
    assert [kind for kind, _ in told((after,), (before,))] == [LogicKind.CONDITION_REMOVED]


def test_a_moved_and_changed_rung_is_both_and_says_both_numbers() -> None:
    inverted = read_rung("[XIC(Start) ,XIC(Run) ]XIC(Stop)OTE(Run);")
    assert told(ROUTINE, (*ROUTINE[1:], inverted)) == [
        (LogicKind.MOVED, "rung 3 (Run): moved here from rung 1"),
        (LogicKind.INVERTED_CONTACT, "rung 3 (Run): contact Stop inverted: XIO became XIC"),
    ]
    before = (read_rung("NOP();"), *ROUTINE)
    sentences = [sentence for _, sentence in told(before, (inverted, *ROUTINE[1:]))]
    assert "rung 1, was 2 (Run): contact Stop inverted: XIO became XIC" in sentences


def test_words_and_pending_edits_are_told_apart_from_logic() -> None:
    rung = Rung(ROUTINE[0].elements, "Starts it.", "N", "Motor")
    after = Rung(rung.elements, "Starts it", "IR", "")
    done = "rung 1 (Run): is no pending edit any more, was IR (the replacement)"
    assert (LogicKind.PENDING_EDIT, done) in told((after,), (rung,))
    assert told((rung,), (after,)) == [
        (LogicKind.PENDING_EDIT, "rung 1 (Run): is a pending edit: IR (the replacement)"),
        (LogicKind.COMMENT, "rung 1 (Run): comment changed: Starts it"),
        (LogicKind.COMMENT, "rung 1 (Run): title removed: Motor"),
    ]


def test_a_routine_written_for_logix_36_differs_in_mnemonics_only() -> None:
    before = [read_rung(f"EQU(Step{n},{n})GRT(A{n},1)MOV({n},B{n});") for n in range(300)]
    after = [read_rung(f"EQ(Step{n},{n})GT(A{n},1)MOVE({n},B{n});") for n in range(300)]
    assert {kind for kind, _ in told(tuple(before), tuple(after))} == {LogicKind.MNEMONIC_ONLY}


def test_marks_stand_where_the_elements_stand_on_each_side() -> None:
    after = changed(1, "[XIC(Start) ,XIC(Run) ]AFI()[XIC(Stop) ,XIC(Force) ,]OTE(Run);")
    (diff, neighbour) = diff_rungs(ROUTINE, after, Effort())
    assert diff.before_marks == {(1,): LogicKind.INVERTED_CONTACT}
    assert diff.after_marks == {
        (1,): LogicKind.AFI_INSERTED,
        (2, 0, 0): LogicKind.INVERTED_CONTACT,
        (2, 1): LogicKind.BYPASS_ADDED,
        (2, 1, 0): LogicKind.BYPASS_ADDED,
        (2, 2): LogicKind.BYPASS_ADDED,
    }
    assert neighbour == RungDiff(ROUTINE[1], ROUTINE[1], 2, 2)


def test_a_leg_with_its_own_outputs_is_a_bypass_only_where_something_follows() -> None:
    leg = "[XIC(a) OTE(x) ,XIC(b) OTE(y) ]"
    kinds = [
        [
            kind
            for kind, _ in told((read_rung(f"XIC(a)OTE(x){end};"),), (read_rung(f"{leg}{end};"),))
        ]
        for end in ("", "OTE(z)")
    ]
    assert kinds == [[LogicKind.INSTRUCTION_ADDED], [LogicKind.BYPASS_ADDED]]


def test_nothing_from_a_file_steers_the_terminal_of_who_reads_a_sentence() -> None:
    before = Rung((Instruction("XIC", ("a\x1b[31m",)),), "\x1b]0;x")
    after = Rung((Instruction("XIO", ("a\x1b[31m",)),), "\u202e")
    assert all(sentence.isprintable() for _, sentence in told((before,), (after,)))


def test_what_the_effort_does_not_reach_is_told_as_not_compared() -> None:
    contacts = tuple(Instruction("XIC", (f"a{n}",)) for n in range(500))
    others = tuple(Instruction("XIO", (f"b{n}",)) for n in range(200))
    before, after = (Rung(contacts), *ROUTINE), (Rung((*others, *contacts[200:])), *ROUTINE)
    assert told(before, after)[0][0] is LogicKind.INSTRUCTION_CHANGED
    diffs = diff_rungs(before, after, Effort(200_000))
    assert [change.kind for diff in diffs for change in diff.changes] == [LogicKind.NOT_COMPARED]
    diffs = diff_rungs(before, after, Effort(0))
    kinds = {change.kind for diff in diffs for change in diff.changes}
    assert kinds == {LogicKind.RUNG_REMOVED, LogicKind.RUNG_ADDED}


def test_a_thousand_new_rungs_for_a_thousand_others_take_bounded_effort() -> None:
    before = tuple(read_rung(f"XIC(a{n})OTE(b{n});") for n in range(1000))
    after = tuple(read_rung(f"XIC(a{n})XIO(c{n})OTE(b{n});") for n in range(1000))
    effort = Effort()
    diffs = diff_rungs(before, after, effort)
    assert {change.kind for diff in diffs for change in diff.changes} == {
        LogicKind.INSTRUCTION_ADDED
    }
    assert len(diffs) == 1000
    assert effort.left > Effort().left - 1_000_000
    every = [path for diff in diffs for path in diff.after_marks]
    assert every == [(1,)] * 1000
    assert sum(1 for _ in instructions(after[0].elements)) == 3


def test_a_rung_is_named_by_the_first_line_of_its_comment_that_says_something() -> None:
    before = Rung((Instruction("NOP"),), "= = =\n\nValves\n", "N")
    assert told((before,), (Rung(before.elements, before.comment, "e"),)) == [
        (LogicKind.PENDING_EDIT, "rung 1 (Valves): is a pending edit: e")
    ]
