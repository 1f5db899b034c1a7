"""Whether a change was authorised goes out in every form, and the reason only with details."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from ccontrol.alerts.asjson import as_json
from ccontrol.alerts.mail_text import mail
from ccontrol.alerts.matching import as_wanted
from ccontrol.alerts.syslog_text import Source, message
from ccontrol.config.policies import built_in
from ccontrol.model.alert import Alert, Channel, Event, Mail, Program, Syslog
from ccontrol.model.approval import Authorisation, Authorised
from ccontrol.model.judgement import Severity
from ccontrol.model.record import Record
from ccontrol.poll import tellable
from ccontrol.poll.judgements import Judgement
from tests.unit.poll.test_tellable import BLOCK, PRESS, record

REASON = "CHG-1 does not allow Secret recipe"
SOURCE = Source("jump-1", 1, "0")
MAIL = Mail("mail.example", "a@example.org", ("b@example.org",))
FORMS: dict[str, Callable[[Alert], str]] = {
    "syslog": lambda alert: message(alert, Syslog("h", 1), SOURCE).decode(),
    "cef": lambda alert: message(alert, Syslog("h", 1, form="cef"), SOURCE).decode(),
    "mail": lambda alert: mail(MAIL, [alert]).as_string(),
    "json": lambda alert: as_json([alert]).decode(),
}
"""JSON is what webhooks, brokers and programs get."""


def judged(word: Authorisation, reason: str = REASON) -> Record:
    known = record(BLOCK)
    authorised = Authorised(word, reason, "ada@plant", "T-1", "CHG-1")
    return replace(known, verdict=replace(known.verdict, authorised=authorised))


def told(found: Record, before: Record | None = None) -> Alert:
    (alert,) = tellable.of_judgement(Judgement("c" * 40, found, before), PRESS, built_in())
    return alert


@pytest.mark.parametrize("form", FORMS)
def test_the_word_and_the_reason_are_in_every_form(form: str) -> None:
    said = FORMS[form](told(judged(Authorisation.OUT_OF_SCOPE)))
    assert "1 changed; out of scope" in said
    assert "uthorisation" in said.replace("1 changed; out of scope", "")
    assert REASON in said


@pytest.mark.parametrize("form", FORMS)
def test_the_reason_stays_here_where_a_channel_wants_no_details(form: str) -> None:
    alert = told(judged(Authorisation.OUT_OF_SCOPE))
    channel = Channel("quiet", Program(("/bin/true",)), details=False)
    said = FORMS[form](as_wanted(channel, alert))
    assert "out of scope" in said
    assert "Secret" not in said


def test_rules_of_a_siem_find_word_and_reason_by_their_names() -> None:
    alert = told(judged(Authorisation.OUT_OF_SCOPE))
    assert f'authorisationreason="{REASON}"' in FORMS["syslog"](alert)
    assert "ccontrolAuthorisation=out of scope" in FORMS["cef"](alert)
    (one,) = json.loads(FORMS["json"](alert))["alerts"]
    assert one["facts"] == {"authorisation": "out of scope", "authorisationreason": REASON}


def test_a_late_approval_is_no_second_change_and_tells_both_words() -> None:
    first = judged(Authorisation.UNEXPLAINED, "nobody can tell")
    late = replace(judged(Authorisation.ACCEPTED_AFTERWARDS, "ada approved it"), number=2)
    alert = told(late, first)
    assert alert.event is Event.JUDGED_ANEW
    facts = dict(alert.facts)
    assert (facts["authorisation"], facts["authorisationbefore"]) == (
        "accepted afterwards",
        "unexplained",
    )
    assert "accepted afterwards: ada approved it" in alert.details


@pytest.mark.parametrize(
    ("before", "after", "told_as"),
    [
        (Severity.HIGH, Severity.HIGH, Severity.INFO),
        (Severity.HIGH, Severity.MEDIUM, Severity.INFO),
        (Severity.MEDIUM, Severity.HIGH, Severity.HIGH),
    ],
)
def test_what_people_sign_is_no_alarm_unless_it_makes_the_change_graver(
    before: Severity, after: Severity, told_as: Severity
) -> None:
    first = judged(Authorisation.UNEXPLAINED, "nobody can tell")
    first = replace(first, verdict=replace(first.verdict, severity=before))
    late = replace(judged(Authorisation.REJECTED, "ada rejected it"), number=2)
    late = replace(late, verdict=replace(late.verdict, severity=after))
    alert = told(late, first)
    assert alert.severity is told_as
    assert alert.weighs is max(before, after), "who was told of the change is told of this"


def test_nothing_is_said_of_it_where_nobody_judges_it() -> None:
    alert = told(record(BLOCK))
    assert alert.facts == ()
    assert alert.text.endswith("1 changed")
