"""What people sign is read whole or refused by name, however it was damaged or meant to hurt."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccontrol.approval.windows import end_of, is_near, out_of_time
from ccontrol.canonical.approvals import (
    parse_decision,
    parse_sighting,
    parse_window,
    render_decision,
    render_sighting,
    render_window,
)
from ccontrol.canonical.attestations import (
    folder_of_sayings,
    parse_attestation,
    render_attestation,
)
from ccontrol.canonical.journal import LONGEST_LINE, parse_line
from ccontrol.canonical.people import parse_people, render_people
from ccontrol.errors import BadFileError, SigningError, UnreadableStateError
from ccontrol.evidence.population import parse_population
from ccontrol.model.approval import (
    ChangeWindow,
    DaemonKey,
    Decision,
    DecisionKind,
    ExpectedFile,
    People,
    Person,
    PersonKey,
    Role,
    Scope,
    Sighting,
)
from ccontrol.model.aspect import Aspect
from ccontrol.model.attestation import Attestation, Claim
from ccontrol.store import allowed_signers, signing
from ccontrol.store.certificates import certificate_of
from ccontrol.store.keys import public_line
from ccontrol.store.people import key_of, signers_of
from ccontrol.store.sshwire import string

AT = datetime(2031, 5, 6, tzinfo=UTC)
A_BLINK_S = 5.0
"""Longest for a file of a megabyte, on a busy host. What grows with the square takes minutes."""


def line(number: int) -> str:
    """A public key that nobody holds."""
    return public_line(string(b"ssh-ed25519") + string(bytes([number]) * 32))


PEOPLE = People(
    serial=3,
    threshold=2,
    roots=(line(1), line(2)),
    persons=(
        Person("ada@plant", frozenset({Role.APPROVER}), (PersonKey(line(3), AT),), "Ada"),
        Person("bob@plant", frozenset({Role.EXPORTER}), (PersonKey(line(4), is_authority=True),)),
    ),
    daemon_keys=(DaemonKey(line(5), 7),),
)
WINDOW = ChangeWindow(
    "CHG-1", ("press-*",), AT, AT + timedelta(hours=2), "T-1", "retrofit", "ada@plant",
    Scope(frozenset({Aspect.PROGRAM}), ("OB/*",)), 2, (ExpectedFile("a.s7p", "ab" * 32),),
)  # fmt: skip
DECISION = Decision(
    "20310506-" + "0" * 16, 1, DecisionKind.INVESTIGATE, "press-3", facts=(("a", "b"),)
)
SAYING = Attestation(Claim.SOURCE, AT, "Ada", "whole", DECISION.change_id, controls=("AC-2",))
SIGHTING = Sighting("a" * 40, AT, "ada@plant", "approve")


def _read_attestation(content: bytes) -> Attestation:
    found = parse_attestation("x", content)
    folder_of_sayings(found)
    return found


FORMS: dict[str, tuple[Any, Callable[[Any], bytes], Callable[[bytes], Any]]] = {
    "people": (PEOPLE, render_people, parse_people),
    "window": (WINDOW, render_window, parse_window),
    "decision": (DECISION, render_decision, parse_decision),
    "attestation": (SAYING, render_attestation, _read_attestation),
    "sighting": (SIGHTING, render_sighting, parse_sighting),
}
VALUES = st.one_of(
    st.sampled_from(
        [
            "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00", "2031-05-06", "nan", "-inf",
            "9223372036854775807", "-1", "0", "true", '""', '"\\u0000"', '"\\u2028x\\r\\n"', "[]",
            "{}", "[[[]]]", '["a", 1]', '["a"]', '"' + "x" * 5_000 + '"', "0x" + "f" * 400,
        ]
    ),
    st.text(max_size=20),
)  # fmt: skip


def assignment(name: bytes, value: str) -> bytes:
    return name + b" = " + value.encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A good file of which a few lines, values or bytes are others."""
    lines = whole.split(b"\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        name = lines[at].partition(b" = ")[0]
        other = draw(
            st.one_of(
                VALUES.map(partial(assignment, name)),
                st.just(b""),
                st.binary(max_size=30),
                st.sampled_from(lines),
            )
        )
        lines[at] = other
    return b"\n".join(lines)


@pytest.mark.parametrize("name", FORMS)
@given(data=st.data())
def test_a_damaged_file_is_understood_or_refused_and_never_a_defect(
    name: str, data: st.DataObject
) -> None:
    good, render, parse = FORMS[name]
    assert parse(render(good)) == good
    content = data.draw(st.one_of(damaged(render(good)), st.binary(max_size=200)))
    try:
        found = parse(content)
    except UnreadableStateError:
        return
    assert parse(render(found)) == found
    if isinstance(found, People):
        text = signers_of(found).text()
        assert allowed_signers.parse(text).text() == text
    if isinstance(found, ChangeWindow):
        is_near(found, None, AT)
        out_of_time(found, AT, AT)
        end_of(found, 0, AT)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 900_000,
        b"a = " + b"[" * 900_000,
        b"x." * 450_000 + b"y = 1",
        b"form = " + b"9" * 900_000,
        b"form = 0x" + b"f" * 900_000,
        b'"' + b"k" * 900_000 + b'" = 1',
        b'"' + b'\\"' * 450_000,
        b"[[person]]\n" * 80_000,
        b"form = 1\nroots = [" + b'"' + b"a" * 890_000 + b'"]',
    ],
    ids=["brackets", "list", "dots", "number", "hex", "key", "escapes", "tables", "long"],
)
def test_a_file_that_is_meant_to_hurt_is_refused_in_a_blink(name: str, bomb: bytes) -> None:
    _, _, parse = FORMS[name]
    since = time.process_time()
    with pytest.raises(UnreadableStateError) as caught:
        parse(bomb)
    assert time.process_time() - since < A_BLINK_S
    assert len(str(caught.value)) < 1_000


def test_a_window_until_the_end_of_time_is_held_against_a_change() -> None:
    since, until = (datetime(year, 1, 1, tzinfo=UTC) for year in (1, 9999))
    for_ever = ChangeWindow("CHG-1", ("*",), since, until, "T-1", "always")
    assert is_near(for_ever, AT, AT)
    assert out_of_time(for_ever, AT, AT) == ""


@pytest.mark.parametrize(
    "twisted",
    [
        public_line(key_of(line(3))).replace("ssh-ed25519", "ssh-rsa"),
        "ssh-ed25519-cert-v01@openssh.com " + line(3).split()[1],
        line(3) + "==",
        "ssh-ed25519 AAAA",
    ],
    ids=["another kind", "a certificate", "padded", "short"],
)
def test_a_key_is_written_in_one_way_only(twisted: str) -> None:
    content = render_people(PEOPLE).replace(line(3).encode(), twisted.encode())
    with pytest.raises(UnreadableStateError, match=r"person 1: key 1"):
        parse_people(content)


SIGNERS = (
    'ada@plant,b?b@* namespaces="git",valid-after="20300101Z" '
    f"{line(3)} who\n*,!eve cert-authority {line(4)}\n"
)


@given(
    st.one_of(
        st.text(max_size=200),
        damaged(SIGNERS.encode()).map(lambda b: b.decode("utf-8", "replace")),
    )
)
@example(SIGNERS)
def test_allowed_signers_are_read_back_or_refused(text: str) -> None:
    try:
        found = allowed_signers.parse(text)
        written = found.text()
    except SigningError:
        return
    assert allowed_signers.parse(written).text() == written
    found.allow("ada@plant", key_of(line(3)), "git", AT)


@pytest.mark.parametrize("piece", ['a="b" ', 'a="', "x", '" ', "a,", 'namespaces="x",', "*"])
def test_a_long_line_of_allowed_signers_is_refused_in_a_blink(piece: str) -> None:
    since = time.process_time()
    with pytest.raises(SigningError):
        allowed_signers.parse(piece * (900_000 // len(piece)))
    assert time.process_time() - since < A_BLINK_S


def test_a_line_ends_where_it_ends_for_ssh_keygen() -> None:
    assert not allowed_signers.parse(f"# was\u2028eve@plant {line(6)}\n").lines


CERTIFICATE = b"".join(
    (
        string(b"ssh-ed25519-cert-v01@openssh.com"),
        string(b"n" * 32),
        string(b"k" * 32),
        bytes(8),
        (1).to_bytes(4, "big"),
        string(b"id"),
        string(string(b"ada@plant")),
        bytes(8),
        b"\xff" * 8,
        string(b""),
        string(b""),
        string(b""),
        string(string(b"ssh-ed25519") + string(b"c" * 32)),
        string(string(b"ssh-ed25519") + string(b"s" * 64)),
    )
)


@given(st.data())
def test_a_certificate_is_read_or_refused(data: st.DataObject) -> None:
    assert certificate_of(CERTIFICATE) is not None
    at = data.draw(st.integers(0, len(CERTIFICATE)))
    cut = data.draw(st.integers(0, 12))
    blob = CERTIFICATE[:at] + data.draw(st.binary(max_size=12)) + CERTIFICATE[at + cut :]
    signature = signing.Signature(blob, "git", "sha512", "ssh-ed25519", b"s" * 64)
    with pytest.raises(SigningError):
        signing.verify(signature, b"text")
    try:
        found = certificate_of(blob)
    except SigningError:
        return
    if found is not None:
        found.covers("ada@plant", AT)


@given(st.binary(max_size=200))
def test_an_armoured_signature_is_read_or_refused(blob: bytes) -> None:
    for text in (blob.decode("latin-1"), f"-----BEGIN SSH SIGNATURE-----\n{blob.hex()}\n"):
        with pytest.raises(SigningError):
            signing.parse(text)


@pytest.mark.parametrize(
    "bomb",
    [b'{"at":' * 9_000, b"[" * LONGEST_LINE, b'{"at":' + b"9" * 60_000 + b"}", b"\xff" * 9, b"{}"],
)
def test_an_entry_of_the_audit_log_that_is_none_is_refused(bomb: bytes) -> None:
    with pytest.raises(BadFileError):
        parse_line(bomb)


@pytest.mark.parametrize(
    "bomb",
    [
        b"a," * 4_000_000 + b"asset_id\n" + b"x\n" * 1_000_000,
        b"asset_id\n" + b"x\n" * 8_000_000,
        b"\n".join([b"x," * 60_000] * 100),
        b"asset_id\n" + b'"' * 16_000_000,
        b"asset_id,impact\n" + b"\n".join(b"%d,%s" % (n, b"y" * 9_000) for n in range(900)),
        b"asset_id\r" * 1_000_000,
        b"\n" * 16_000_000,
    ],
    ids=["columns", "rows", "wide", "quotes", "cells", "old-mac", "nothing"],
)
def test_a_population_that_is_meant_to_hurt_is_refused_in_little_room(bomb: bytes) -> None:
    since = time.process_time()
    with pytest.raises(BadFileError) as caught:
        parse_population("x", bomb)
    assert time.process_time() - since < 4 * A_BLINK_S
    assert len(str(caught.value)) < 20_000


HEAD = (
    b"asset_id,controller_id,name,impact,bcs,class,esp,zone,parent,in_scope_from,in_scope_until\n"
)


@given(damaged(HEAD + b"P1,press-3,Press,high,B,BCA,E,,,2026-01-15,\n'=P2,,,,,,,,,,\n"))
def test_a_damaged_population_is_read_or_refused(content: bytes) -> None:
    try:
        found = parse_population("x", content)
    except BadFileError:
        return
    assert found
    assert all(asset.asset_id for asset in found)
