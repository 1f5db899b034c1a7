"""Which format a file is; and what is said of one that nobody can read."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.logic import unknown
from ccontrol.logic.file import Limits, ProjectFile
from ccontrol.logic.formats import FORMATS, format_of, read
from ccontrol.logic.project import Language
from tests.unit.docs.program import PROGRAMS, format_rows


def file(content: bytes, name: str = "some.thing", limits: Limits | None = None) -> ProjectFile:
    return ProjectFile(name, len(content), io.BytesIO(content), limits or Limits())


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04rest", "ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE compound file"),
        (b"plain words\r\n", "text"),
        (b"\0\1\2", "binary data"),
        (b"", "empty"),
    ],
)
def test_an_unknown_file_is_told_by_type_size_and_hash(content: bytes, kind: str) -> None:
    project = unknown.FORMAT.read(file(content), str)
    (part,) = project.parts
    assert part.language is Language.LISTING
    assert f"type = {kind}\nsize = {len(content)}\nsha256 = " in part.text
    assert part.opaque
    assert project.problems


def test_what_no_reader_knows_is_unknown_and_read_from_its_beginning() -> None:
    some = file(b"\0\1 a PLC of nobody")
    assert format_of(some) is unknown.FORMAT
    assert some.stream.tell() == 0
    assert read(some, str).format == "unknown/1"


def test_a_file_beyond_its_limits_is_refused() -> None:
    with pytest.raises(BadFileError, match="more than the 3"):
        read(file(b"four", limits=Limits(file=3)), str)


def test_a_file_that_grew_beyond_its_limits_is_refused() -> None:
    grown = ProjectFile("a", 1, io.BytesIO(b"four"), Limits(file=3))
    with pytest.raises(BadFileError, match="more than 3"):
        unknown.FORMAT.read(grown, str)


def test_formats_are_named_once_and_have_versions() -> None:
    names = [each.name for each in FORMATS]
    assert len(set(names)) == len(names)
    assert all(each.version >= 1 and each.title for each in FORMATS)


def test_the_documentation_lists_every_format_that_is_read() -> None:
    """After a change: `python -m tests.unit.docs.rewrite`, and read the diff."""
    page = (PROGRAMS / "README.md").read_text("utf-8").splitlines()
    assert [row for row in format_rows() if row not in page] == []


@settings(deadline=None)  # the machine may be busy
@given(
    st.binary(max_size=300), st.sampled_from(["a", *(f"a{s}" for f in FORMATS for s in f.suffixes)])
)
def test_any_bytes_under_any_name_are_a_project_or_a_bad_file(content: bytes, name: str) -> None:
    try:
        first = read(file(content, name), lambda secret: "(secret)")
    except BadFileError:
        return
    assert first == read(file(content, name), lambda secret: "(secret)")
