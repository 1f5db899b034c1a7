"""Lines of syslog taken apart: both forms, torn ones, and whatever a hostile sender writes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.alerts.syslog_text import Source, message
from ccontrol.model.alert import Alert, Event, Phase, Syslog
from ccontrol.model.judgement import Severity
from ccontrol.sources.syslog.elements import LONGEST_VALUE, MOST_PARAMETERS
from ccontrol.sources.syslog.message import LONGEST_LINE, Form, parse
from ccontrol.sources.syslog.words import LEFT_OUT, LONGEST_KEPT, kept


def test_a_line_of_the_new_form_is_taken_apart() -> None:
    said = parse(
        b"<109>1 2024-05-01T12:00:00.005Z 10.0.0.5 PG/HMIComm - 97 "
        b'[a@4329 userName="eva" n="1"][b x="]"] SE_USER_PROGRAM_CHANGED\n'
    )
    assert said.form is Form.NEW
    assert said.at == datetime(2024, 5, 1, 12, 0, 0, 5_000, UTC)
    assert (said.priority, said.host, said.app, said.process, said.id) == (
        109, "10.0.0.5", "PG/HMIComm", "", "97",
    )  # fmt: skip
    assert said.elements[0].id == "a@4329"
    assert said.parameter("userName") == "eva"
    assert said.text == '[b x="]"] SE_USER_PROGRAM_CHANGED', "a bare ] ends a value nowhere"


def test_escaped_signs_of_a_value_are_what_they_stand_for() -> None:
    said = parse(b'<14>1 - - - - - [a q="say \\"no\\" \\] \\\\"] text')
    assert said.parameter("q") == 'say "no" ] \\'
    assert said.text == "text"


def test_the_mark_of_unicode_before_a_text_is_no_part_of_it() -> None:
    assert parse(b"<14>1 - - - - - - \xef\xbb\xbfT\xc3\xbcr").text == "Tür"


def test_a_line_of_the_old_form_has_no_time_of_its_own() -> None:
    said = parse(b"<13>Oct  9 22:14:15 press-3 cpu[77]: mode changed")
    assert (said.form, said.host, said.app, said.process) == (Form.OLD, "press-3", "cpu", "77")
    assert said.at is None, "it names neither a year nor a zone"
    assert said.text == "mode changed"


def test_a_time_without_a_zone_is_nobodys_time() -> None:
    assert parse(b"<14>1 2024-05-01T12:00:00 h a - - - x").at is None


@pytest.mark.parametrize("line", [b"", b"hello", b"<999>1 - - - - - - x", b"<14", b"<14>1 2024"])
def test_what_is_no_form_is_text(line: bytes) -> None:
    assert parse(line).form in {Form.BARE, Form.OLD}
    assert parse(line).elements == ()


def test_a_torn_element_stays_in_the_text_for_a_person() -> None:
    said = parse(b'<14>1 - - - - - [a x="1 SE_USER_PROGRAM_CHANGED')
    assert said.elements == ()
    assert said.text.startswith("[a x=")


def test_an_element_without_end_costs_neither_time_nor_memory() -> None:
    many = b" ".join(b'k%d="v"' % number for number in range(2_000))
    said = parse(b"<14>1 - - - - - [a " + many + b"] x")
    assert said.elements == (), f"more than {MOST_PARAMETERS} parameters are nobody's"
    long = parse(b'<14>1 - - - - - [a v="' + b"x" * 5_000 + b'"] y')
    assert len(long.parameter("v")) == LONGEST_VALUE


def test_what_our_own_alerts_send_is_read_back() -> None:
    at = datetime(2024, 5, 1, 12, tzinfo=UTC)
    alert = Alert("a-1", Event.CHANGE, Phase.HAPPENED, at, "north", Severity.HIGH, Severity.HIGH,
                  'a "quoted" \\ text', controller="press-3")  # fmt: skip
    said = parse(message(alert, Syslog("h", 1), Source("jump", 7, "0.1")))
    assert (said.at, said.host, said.app, said.id) == (at, "jump", "ccontrol", "change")
    assert said.parameter("controller") == "press-3"
    assert said.text == 'a "quoted" \\ text'


@given(some.binary(max_size=2_000))
def test_every_line_is_a_message_and_shows_nothing_that_steers(line: bytes) -> None:
    said = parse(line)
    shown = [said.text, said.host, said.app, said.process, said.id]
    shown += [word for one in said.elements for pair in one.parameters for word in pair]
    assert all(word.isprintable() for word in shown)


@given(some.from_regex(rb"<1\d>1 \S{1,9} \S \S \S \S (\[[^\n]{0,60}){0,4}", fullmatch=True))
def test_every_line_that_looks_like_the_new_form_is_a_message(line: bytes) -> None:
    assert len(parse(line).text) <= LONGEST_LINE


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b"login failed, password=hunter2, user=eva", f"failed, password{LEFT_OUT}"),
        (b'{"user":"eva","password":"hun ter2"}', f'"user":"eva","password{LEFT_OUT}'),
        (b"Password is hunter2 and more", f"Password{LEFT_OUT}"),
        (b"passwd: hunter2", f"passwd{LEFT_OUT}"),
        (b"api key = hunter2", f"api key ={LEFT_OUT}"),
        (b"user bob with password hunter2 failed", f"with password{LEFT_OUT}"),
        (b"password=abc,hunter2;x", f"password{LEFT_OUT}"),
        (b'{"password": "a\\"hunter2"}', f'"password{LEFT_OUT}'),
        (b"password changed to hunter2", f"password{LEFT_OUT}"),
        (b"login user=admin pw=hunter2", f"user=admin pw{LEFT_OUT}"),
        (b"dbPwd>hunter2", f"dbPwd{LEFT_OUT}"),
        (b"db_pass hunter2", f"db_pass{LEFT_OUT}"),
        (b"Kennwort hunter2 falsch", f"Kennwort{LEFT_OUT}"),
        (b"Authorization: Basic hunter2", f"Authorization:{LEFT_OUT}"),
    ],
)
def test_a_password_in_a_line_is_never_kept(text: bytes, left: str) -> None:
    words, redacted = kept(parse(b"<14>1 - - - - - - " + text))
    assert redacted
    assert "hunter2" not in words
    assert "ter2" not in words
    assert left in words


@pytest.mark.parametrize(
    "text",
    [
        "password changed",
        "The password has been reset.",
        "key switch turned to RUN",
        "bypass valve 7 opened",
        "spinning up",
    ],
)
def test_a_line_that_only_speaks_of_such_things_is_kept_whole(text: str) -> None:
    words = kept(parse(f"<14>1 - - cpu - - - {text}".encode()))
    assert words == (f"cpu: {text}", False)


@given(some.binary(max_size=3_000))
def test_what_is_kept_of_a_line_is_short(line: bytes) -> None:
    assert len(kept(parse(line))[0]) <= LONGEST_KEPT
