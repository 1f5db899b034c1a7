"""RSLogix 500: streams by name and hash, and no claim to know what is in them."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from tests.unit.logic.formats_text.hand_over import handed, texts
from tests.unit.logic.formats_text.ole import ole


def test_streams_are_listed_by_hash_and_said_to_be_opaque() -> None:
    told = handed("mill.rss", ole("PROGRAM FILES", b"ladder"))
    digest = hashlib.sha256(b"ladder".ljust(4096, b"\0")).hexdigest()
    assert f"PROGRAM FILES = 4096 bytes, sha256 {digest}\n" in texts(told)["streams.txt"]
    assert told.parts[0].opaque
    assert told.problems


def test_a_broken_file_is_refused() -> None:
    with pytest.raises(BadFileError, match="OLE"):
        handed("mill.rss", ole("a", b"b")[:600])


@given(st.integers(8, 1600), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_listed_or_refused(at: int, junk: bytes) -> None:
    data = ole("PROGRAM FILES", b"ladder")
    with contextlib.suppress(BadFileError):
        assert handed("mill.rss", data[:at] + junk + data[at + len(junk) :]).parts
