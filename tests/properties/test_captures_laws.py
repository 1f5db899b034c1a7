"""Laws of the capture's file: nothing is lost, damage is noticed, rubbish refused."""

import hashlib
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.canonical.captures import decode, encode
from ccontrol.errors import BadFileError
from ccontrol.model.capture import Capture
from tests.properties.values import captures


@given(captures)
def test_the_file_of_a_capture_loses_nothing(capture: Capture) -> None:
    assert decode(encode(capture)) == capture


@given(captures)
def test_the_file_is_ascii_with_one_line_an_exchange(capture: Capture) -> None:
    content = encode(capture)
    assert content.isascii()
    assert content.count(b"\n") == len(capture.exchanges) + 2


@given(captures, st.data())
def test_a_damaged_byte_is_noticed(capture: Capture, data: st.DataObject) -> None:
    content = encode(capture)
    at = data.draw(st.integers(0, len(content) - 2))
    other = data.draw(st.integers(0, 255).filter(lambda code: code != content[at]))
    damaged = content[:at] + bytes([other]) + content[at + 1 :]
    try:
        assert decode(damaged) == capture  # hex digits of the checksum's own line mean the same
    except BadFileError:
        return


@given(captures, st.data())
def test_a_cut_file_is_refused(capture: Capture, data: st.DataObject) -> None:
    content = encode(capture)
    at = data.draw(st.integers(0, len(content) - 2))
    with pytest.raises(BadFileError):
        decode(content[:at])


@given(st.binary(max_size=300))
def test_rubbish_is_refused(content: bytes) -> None:
    with pytest.raises(BadFileError):
        decode(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
NAMES = (
    "ccontrol_capture",
    "controller",
    "family",
    "depth",
    "started_at",
    "ended_at",
    "requests",
    "bytes_sent",
    "bytes_received",
    "fault",
    "fault_class",
    "notes",
    "question",
    "after_ms",
    "answers",
)


@given(captures, st.sampled_from(NAMES), json_values | st.just("0001-01-01T00:00:00+14:00"))
def test_a_made_up_file_with_a_true_checksum_is_refused_or_read(
    capture: Capture,
    name: str,
    value: object,
) -> None:
    lines = encode(capture).splitlines()[:-1]
    forged = []
    for line in lines:
        part = json.loads(line)
        if name in part:
            part[name] = value
        forged.append(json.dumps(part).encode() + b"\n")
    content = b"".join(forged)
    seal = json.dumps({"sha256": hashlib.sha256(content).hexdigest()}).encode() + b"\n"
    with suppress(BadFileError):
        decode(content + seal)
