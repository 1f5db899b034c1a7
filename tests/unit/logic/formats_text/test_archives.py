"""Archives: listed by what they hold, and nothing that is in them does harm."""

import contextlib
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.logic.file import Limits
from tests.unit.logic.formats_text.hand_over import handed, texts
from tests.unit.logic.formats_text.packed import packed
from tests.unit.logic.formats_text.test_simatic_sd import DCL


def test_members_are_listed_with_size_and_hash_in_no_order_but_their_names() -> None:
    one, other = ("b.txt", b"b"), ("a/a.txt", b"aa")
    told = handed("plant.zap17", packed(one, other))
    digest = hashlib.sha256(b"aa").hexdigest()
    assert f"a/a.txt = 2 bytes, sha256 {digest}\nb.txt" in texts(told)["archive.txt"]
    assert told.parts == handed("plant.zap17", packed(other, one)).parts


def test_a_name_that_climbs_out_is_told_and_an_archive_within_is_not_opened() -> None:
    told = handed("a.zip", packed(("../../etc/passwd", b"x"), ("in.zip", packed(("x", b"y")))))
    assert any("leads out" in problem for problem in told.problems)
    assert "in.zip = " in texts(told)["archive.txt"]
    assert "an archive itself" in texts(told)["archive.txt"]


def test_documents_of_simatic_sd_are_read_with_their_texts() -> None:
    resources = "MultiLingualTexts:\n  - id: MLC_t\n    en-US: Run the pump\n"
    told = texts(handed("a.zip", packed(("p/Pump.s7dcl", DCL), ("p/Pump.s7res", resources))))
    assert "# Run the pump" in told["blocks/Pump.lad"]


def test_an_encrypted_member_is_told_by_its_checksum() -> None:
    data = bytearray(packed(("secret.bin", b"0123456789")))
    for found in re.finditer(rb"PK\x03\x04..|PK\x01\x02....", bytes(data)):
        data[found.end()] |= 1
    told = handed("a.zip", bytes(data))
    assert "encrypted, crc32" in texts(told)["archive.txt"]
    assert told.problems


def test_more_than_the_limits_is_refused() -> None:
    data = packed(("a", b"\0" * 100_000), ("b", b"b"))
    with pytest.raises(BadFileError, match="members"):
        handed("a.zip", data, Limits(members=1))
    with pytest.raises(BadFileError, match="unpacks"):
        handed("a.zip", data, Limits(unpacked=1000))


@given(st.integers(0, 250), st.binary(min_size=1, max_size=6))
def test_a_damaged_archive_is_listed_or_refused(at: int, junk: bytes) -> None:
    data = packed(("a.txt", b"hello" * 20), ("b.s7dcl", b"FUNCTION f"))
    with contextlib.suppress(BadFileError):
        assert handed("a.zip", data[:at] + junk + data[at + len(junk) :]).parts
