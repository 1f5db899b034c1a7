"""What is told of a record: one change, edges of findings, and no name where none may stand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.alerts.matching import as_wanted, wants
from ccontrol.config.policies import built_in
from ccontrol.model.alert import Alert, Channel, Event, Phase, Program, Syslog
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution, Confidence, Origin, Severity
from ccontrol.model.record import Record
from ccontrol.model.unit import UnitId
from ccontrol.policy.judge import judge
from ccontrol.poll import tellable
from ccontrol.poll.judgements import Judgement
from ccontrol.poll.log_head import LogHead
from ccontrol.poll.standing_alerts import StandingAlerts

AT = datetime(2026, 3, 1, 6, tzinfo=UTC)
PRESS = Controller("press-3", "north", "hall-2", "s7", "192.0.2.77", 102, tags=("safety",))
SYSLOG = Syslog("127.0.0.1", 514, "udp")
BLOCK = Change(Kind.CHANGED, Aspect.PROGRAM, UnitId("OB", "OB1"), "Secret recipe")


def hidden(kind: Kind, number: int = 1) -> Change:
    unit = UnitId("hidden-block", f"OB/OB{number}")
    return Change(kind, Aspect.PROGRAM, unit, "", reason="OB1 is not in the list.")


def record(*changes: Change) -> Record:
    found = ChangeSet("press-3", changes)
    attribution = Attribution(Origin.UNKNOWN, "nobody looked")
    return Record(
        change_id="20260301-0123456789abcdef",
        number=1,
        controller_id="press-3",
        area="hall-2",
        site="north",
        title="Press 3",
        taken_at=AT,
        previous_at=None,
        depth=Depth.FULL,
        changes=found,
        attribution=attribution,
        verdict=judge(found, attribution, PRESS, built_in()),
    )


def told(*changes: Change) -> list[Alert]:
    return list(tellable.of_judgement(Judgement("c" * 40, record(*changes)), PRESS, built_in()))


def test_a_change_and_the_edges_of_findings_are_told_apart() -> None:
    alerts = told(BLOCK, hidden(Kind.RAISED))
    assert [(one.event, one.phase) for one in alerts] == [
        (Event.CHANGE, Phase.HAPPENED),
        (Event.FINDING, Phase.RAISED),
    ]
    assert len({one.id for one in alerts}) == 2


def test_the_same_record_gives_the_same_ids() -> None:
    assert told(BLOCK, hidden(Kind.RAISED)) == told(BLOCK, hidden(Kind.RAISED))


def test_no_name_from_a_program_and_no_address_stands_where_a_channel_wants_no_details() -> None:
    channel = Channel("mail", Program(("/bin/true",)), details=False)
    for alert in told(BLOCK, hidden(Kind.RAISED)):
        kept = repr(as_wanted(channel, alert))
        assert not any(word in kept for word in ("OB1", "recipe", "192.0.2.77"))


def test_the_end_of_a_finding_goes_where_its_beginning_went() -> None:
    (raised,), (over,) = told(hidden(Kind.RAISED)), told(hidden(Kind.CLEARED))
    channel = Channel("siem", Program(("/bin/true",)), severity=raised.severity)
    assert over.severity < raised.severity
    assert wants(channel, raised)
    assert wants(channel, over)
    assert raised.about == over.about


def test_thousands_of_findings_do_not_become_thousands_of_alerts() -> None:
    alerts = told(*(hidden(Kind.RAISED, number) for number in range(5_000)))
    assert len(alerts) == tellable.FINDINGS_AT_MOST + 1
    assert "4950 more findings" in alerts[-1].text


def test_a_controller_that_is_configured_no_more_is_told_all_the_same() -> None:
    (alert,) = tellable.of_judgement(Judgement("c" * 40, record(BLOCK)), None, built_in())
    assert (alert.controller, alert.address) == ("press-3", "")


@pytest.mark.parametrize(
    ("channel", "is_wanted"),
    [
        ({"severity": Severity.CRITICAL}, False),
        ({"events": (Event.FINDING,)}, False),
        ({"events": (Event.CHANGE,)}, True),
        ({"aspects": (Aspect.FIRMWARE,)}, False),
        ({"aspects": (Aspect.PROGRAM,)}, True),
        ({"controllers": ("mixer-1",)}, False),
        ({"controllers": ("mixer-1",), "tags": ("safety",)}, True),
        ({"tags": ("paint",)}, False),
    ],
)
def test_a_channel_is_told_what_it_wants(channel: dict[str, object], is_wanted: bool) -> None:
    (alert,) = told(BLOCK)
    found = Channel("x", Program(("/bin/true",)), **channel)  # type: ignore[arg-type]  # a test's own words
    assert wants(found, alert) is is_wanted


@pytest.mark.parametrize(
    ("way", "channel", "is_wanted"),
    [
        (SYSLOG, {}, True),
        (SYSLOG, {"severity": Severity.CRITICAL}, True),
        (SYSLOG, {"events": (Event.CHANGE,)}, False),
        (SYSLOG, {"events": (Event.CHANGE, Event.LOG_HEAD)}, True),
        (Program(("/bin/true",)), {}, False),
        (Program(("/bin/true",)), {"events": (Event.LOG_HEAD,), "severity": Severity.HIGH}, True),
    ],
)
def test_heads_of_the_log_go_to_syslog_and_to_who_names_them_but_never_past_a_list_without_them(
    way: Syslog | Program, channel: dict[str, object], is_wanted: bool
) -> None:
    head = LogHead("plant.example/north", 7, b"\1" * 32, "c" * 40, AT)
    found = Channel("x", way, **channel)  # type: ignore[arg-type]  # a test's own words
    assert wants(found, tellable.log_head(head, "north")) is is_wanted


def test_what_stands_is_remembered_over_a_restart_reminded_of_and_forgotten(
    tmp_path: Path,
) -> None:
    (raised,) = told(hidden(Kind.RAISED))
    StandingAlerts(tmp_path / "standing").add(raised)
    standing = StandingAlerts(tmp_path / "standing")
    assert standing.get(raised.about) == raised
    later = AT + timedelta(hours=2)
    assert list(standing.due("siem", 0, later)) == []
    assert list(standing.due("siem", 3_600, later)) == [raised]
    assert list(standing.due("siem", 3_600, later + timedelta(minutes=59))) == []
    standing.remove(raised.about)
    assert StandingAlerts(tmp_path / "standing").get(raised.about) is None


def test_a_damaged_memory_of_what_stands_is_told_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "standing").write_bytes(b"[{")
    assert StandingAlerts(tmp_path / "standing").get("x") is None
    assert "is damaged" in caplog.text


def judged_anew(record_before: Record | None, **verdict: object) -> list[Alert]:
    seen = Attribution(Origin.NETWORK, "192.0.2.20 loaded OB1", confidence=Confidence.CONFIRMED)
    known = record(BLOCK)
    new = replace(
        known,
        number=2,
        attribution=seen,
        verdict=replace(known.verdict, **verdict),  # type: ignore[arg-type]  # a test's own words
    )
    return list(tellable.of_judgement(Judgement("d" * 40, new, record_before), PRESS, built_in()))


def test_a_later_judgement_is_told_with_the_one_before_and_not_as_another_change() -> None:
    (alert,) = judged_anew(record(BLOCK), severity=Severity.LOW)
    assert (alert.event, alert.phase) == (Event.JUDGED_ANEW, Phase.HAPPENED)
    assert alert.id == "change-20260301-0123456789abcdef-2"
    assert (alert.origin, alert.confidence) == ("network", "confirmed")
    before = record(BLOCK).verdict.severity
    assert alert.text == (
        "press-3: judged anew: origin network (confirmed), severity low;"
        f" before: origin unknown, severity {before.word}"
    )
    assert dict(alert.facts)["originbefore"] == "unknown"
    assert alert.weighs == before
    assert "192.0.2.20" in alert.details


def test_whoever_was_told_of_a_change_is_told_that_it_was_judged_anew() -> None:
    (alert,) = judged_anew(record(BLOCK), severity=Severity.INFO)
    for channel, is_wanted in (
        (Channel("x", Program(("/bin/true",)), events=(Event.CHANGE,)), True),
        (Channel("x", Program(("/bin/true",)), events=(Event.JUDGED_ANEW,)), True),
        (Channel("x", Program(("/bin/true",)), events=(Event.FINDING,)), False),
        (Channel("x", Program(("/bin/true",)), severity=record(BLOCK).verdict.severity), True),
    ):
        assert wants(channel, alert) is is_wanted


def test_more_evidence_for_the_same_judgement_is_no_news() -> None:
    known = record(BLOCK)
    again = replace(known, number=2, attribution=replace(known.attribution, evidence=("more",)))
    assert list(tellable.of_judgement(Judgement("d" * 40, again, known), PRESS, built_in())) == []


def test_a_later_judgement_is_told_though_the_one_before_cannot_be_read() -> None:
    (alert,) = judged_anew(None)
    assert alert.text.endswith("before: it cannot be read")
