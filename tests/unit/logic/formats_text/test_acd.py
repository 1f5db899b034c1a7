"""ACD: databases by name and hash; the file's own dates are facts, not text."""

import contextlib
import gzip
import io
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.diff.programs.projects import differences_of_origin
from ccontrol.errors import BadFileError
from ccontrol.logic.acd import FORMAT, container, derived
from ccontrol.logic.file import Limits, ProjectFile
from tests.unit.logic.formats_text.hand_over import handed, texts
from tests.unit.logic.formats_text.packed import HEAD, packed_acd

L5X = b'<RSLogix5000Content><Controller Use="Target" Name="Mill"/></RSLogix5000Content>'


PAGE = b"x" * (1 << 20)


def _acd(head: bytes = HEAD, **databases: bytes) -> bytes:
    return packed_acd({f"{name}.Dat": content for name, content in databases.items()}, head)


def _file(data: bytes, limits: Limits | None = None) -> ProjectFile:
    return ProjectFile("a.ACD", len(data), io.BytesIO(data), limits or Limits())


def test_databases_are_listed_by_what_they_hold() -> None:
    told = handed("mill.ACD", _acd(Comps=gzip.compress(b"tags"), Comments=b"plain"))
    assert "Comps.Dat = 4 bytes, sha256 " in texts(told)["databases.txt"]
    assert told.parts[0].opaque
    assert ("software", "V33.00.00") in told.facts


def test_a_file_that_is_only_saved_again_is_the_same() -> None:
    one = handed("a.ACD", _acd(Comps=gzip.compress(b"tags", mtime=1)))
    other = handed("a.ACD", _acd(HEAD.replace(b"2026", b"2027"), Comps=gzip.compress(b"tags", 1)))
    assert one.parts == other.parts


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (gzip.compress(b"tags")[:-9], "broken off"),
        (gzip.compress(b"tags") + b"more", "behind the end"),
        (gzip.compress(b"tags") + gzip.compress(b"more"), "behind the end"),
        (gzip.compress(PAGE) + bytes(3 << 20), "behind the end"),
        (b"\x1f\x8b" + b"no gzip at all", "broken"),
    ],
    ids=["torn", "a tail", "two members", "zeros", "no gzip"],
)
def test_what_a_hash_would_not_cover_is_refused(stored: bytes, told: str) -> None:
    with pytest.raises(BadFileError, match=told):
        handed("a.ACD", _acd(Comps=stored))


def test_databases_that_share_their_bytes_are_bounded_together() -> None:
    """20 000 names for one megabyte were hashed as 20 GB."""
    whole = _acd(Comps=PAGE)
    record = whole[-8 - 528 : -8]
    many = whole[: -8 - 528] + record * 200 + struct.pack("<II", 200, 0)
    with pytest.raises(BadFileError, match="unpacks to more"):
        FORMAT.read(_file(many, Limits(unpacked=100 << 20)), str)


def test_a_bomb_is_unpacked_piece_by_piece() -> None:
    bomb = _acd(Comps=gzip.compress(bytes(64 << 20)))
    tracemalloc.start()
    try:
        assert f"{64 << 20} bytes" in handed("a.ACD", bomb).parts[0].text
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
        with pytest.raises(BadFileError, match="unpacks to more"):
            FORMAT.read(_file(bomb, Limits(unpacked=10 << 20)), str)
    finally:
        tracemalloc.stop()


def test_what_another_program_is_given_holds_no_name_but_ours() -> None:
    databases = {
        "Comps.Dat": gzip.compress(b"tags"),
        "../../../etc/cron.d/own": b"* * * * * root true",
        "/tmp/absolute": b"x",
        "SbRegion.Dat": b"rungs",
    }
    made = container(_file(packed_acd(databases)))
    names = [each.partition(" = ")[0] for each in handed("a.ACD", made).parts[0].text.splitlines()]
    assert names == ["DATABASES of a Studio 5000 project", "Comps.Dat", "SbRegion.Dat"]
    assert b"tags" in made
    assert b"cron" not in made


def test_what_was_derived_stands_apart_and_says_so() -> None:
    listed, made = handed("a.ACD", _acd(Comps=b"tags")), handed("a.L5X", L5X)
    both = derived(listed, made, "some-tool 1.2")
    assert both.parts[0] == listed.parts[0]
    assert {part.path[0] for part in both.parts[1:]} == {"derived"}
    assert any("derived, partial, by some-tool 1.2" in told for told in both.problems)
    assert differences_of_origin(listed, both)
    assert differences_of_origin(both, derived(listed, made, "some-tool 1.3"))


def test_a_list_that_lies_is_refused() -> None:
    with pytest.raises(BadFileError, match="broken"):
        handed("a.ACD", HEAD + struct.pack("<II", 9, 0))


@given(st.integers(len(HEAD), 1300), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_listed_or_refused(at: int, junk: bytes) -> None:
    data = _acd(Comps=gzip.compress(b"tags", mtime=1), Comments=b"plain")
    with contextlib.suppress(BadFileError):
        assert handed("a.ACD", data[:at] + junk + data[at + len(junk) :]).parts
