"""However hostile a text: an alert stays one message, with exactly the fields that it was given."""

import re
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ccontrol.alerts.asjson import as_json
from ccontrol.alerts.cef import cef
from ccontrol.alerts.mail_text import mail
from ccontrol.alerts.syslog_text import STREAM_BYTES, UDP_BYTES, Source, framed, message
from ccontrol.model.alert import Alert, Event, Mail, Phase, Syslog
from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Severity
from tests.unit.alerts.receivers import octet_counted

SOURCE = Source("jump-1", 1, "0.1.0")
WAY = Mail("127.0.0.1", "ccontrol@example.org", ("ann@example.org",))
_SPITEFUL = st.text(
    st.one_of(
        st.sampled_from('\n\r\x00\x1b\\|=]"[<> \u2028\u202e\x85\ufeff'),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)
TEXTS = st.one_of(
    _SPITEFUL,
    st.sampled_from(
        [
            "OB1\r\nBcc: eve@example.org",
            'x] [forged@1 a="b"',
            "x|10|act=none",
            "\n<0>1 - - - - - -",
            "x" * 9_000,
        ]
    ),
)
ALERTS = st.builds(
    Alert,
    id=TEXTS,
    event=st.sampled_from(Event),
    phase=st.sampled_from(Phase),
    at=st.datetimes(timezones=st.just(UTC)),
    site=TEXTS,
    severity=st.sampled_from(Severity),
    weighs=st.sampled_from(Severity),
    text=TEXTS,
    details=TEXTS,
    about=TEXTS,
    controller=TEXTS,
    name=TEXTS,
    area=TEXTS,
    address=TEXTS,
    aspects=st.lists(st.sampled_from(Aspect), max_size=3).map(tuple),
    rule=TEXTS,
    origin=TEXTS,
    techniques=st.lists(TEXTS, max_size=2).map(tuple),
    change_id=TEXTS,
    commit=TEXTS,
    facts=st.lists(st.tuples(st.from_regex(r"[a-z]{1,9}", fullmatch=True), TEXTS), max_size=2).map(
        tuple
    ),
)
_PARAMETER = r' [a-z]+="(?:[^"\\\]]|\\["\\\]])*"'
_MESSAGE = re.compile(
    r"<\d{1,3}>1 [0-9T:.-]+Z jump-1 ccontrol 1 [a-z-]+ "
    rf"\[ccontrol@32473(?:{_PARAMETER})*\] \ufeff.*"
)


@given(ALERTS, st.sampled_from(["udp", "tcp"]))
def test_a_message_of_syslog_is_one_line_of_its_form_and_fits(alert: Alert, transport: str) -> None:
    raw = message(alert, Syslog("127.0.0.1", 514, transport), SOURCE)
    text = raw.decode()
    assert _MESSAGE.fullmatch(text)
    assert text.isprintable() or text.replace("\ufeff", "").isprintable()
    assert len(raw) <= (UDP_BYTES if transport == "udp" else STREAM_BYTES)


@given(st.lists(ALERTS, min_size=1, max_size=4))
def test_messages_in_a_stream_are_told_apart(alerts: list[Alert]) -> None:
    messages = [message(one, Syslog("127.0.0.1", 514, "tcp"), SOURCE) for one in alerts]
    assert octet_counted(b"".join(map(framed, messages))) == messages


@given(ALERTS)
def test_cef_has_seven_headers_and_no_key_that_a_text_brought(alert: Alert) -> None:
    line = cef(alert, "0.1.0")
    assert line.isprintable()
    heads = re.split(r"(?<!\\)(?:\\\\)*\|", line)
    assert len(heads) >= 8
    *_, severity, extension = re.split(r"(?<!\\)\|", re.sub(r"\\\\", "", line), maxsplit=7)
    assert severity.isdigit()
    keys = re.findall(r"(?:^| )([A-Za-z0-9]+)(?<!\\)=", re.sub(r"\\[\\=]", "", extension))
    bare = Alert(
        **dict.fromkeys(_TEXTS, "x"),  # type: ignore[arg-type]  # texts by name
        event=alert.event,
        phase=alert.phase,
        at=alert.at,
        severity=alert.severity,
        weighs=alert.weighs,
        aspects=(Aspect.PROGRAM,),
        techniques=("x",),
        facts=tuple((name, "x") for name, _ in alert.facts),
    )
    allowed = re.findall(r"(?:^| )([A-Za-z0-9]+)=", cef(bare, "0.1.0").split("|", 7)[7])
    assert set(keys) <= {*allowed, "dst", "c6a3", "c6a3Label"}


@given(st.lists(ALERTS, min_size=1, max_size=3))
def test_no_text_becomes_a_header_of_a_mail(alerts: list[Alert]) -> None:
    made = mail(WAY, alerts)
    head, _, _ = made.as_bytes().partition(b"\r\n\r\n")
    names = {line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"}
    assert {name.lower() for name in names} <= {
        b"subject", b"from", b"to", b"date", b"message-id", b"auto-submitted",
        b"content-type", b"content-transfer-encoding", b"mime-version",
    }  # fmt: skip
    assert made["To"] == "ann@example.org"


@given(st.lists(ALERTS, max_size=3))
def test_json_is_ascii_on_one_line(alerts: list[Alert]) -> None:
    assert as_json(alerts).decode("ascii").isprintable() or b"\x7f" in as_json(alerts)


@given(ALERTS)
def test_an_alert_outlives_its_queue(alert: Alert) -> None:
    form = TypeAdapter(Alert)
    assert form.validate_json(form.dump_json(alert)) == alert


_TEXTS = {
    "id", "site", "text", "details", "about", "controller", "area", "rule", "origin",
    "change_id", "commit",
}  # fmt: skip
