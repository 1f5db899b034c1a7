"""Sources that engineers export: one part a block, whatever encoding the tool wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.logic.project import Language
from tests.unit.logic.formats_text.hand_over import handed, texts

AWL = """FUNCTION_BLOCK "Pumpe"
TITLE =
VERSION : 0.1
VAR_INPUT
  Ein : BOOL ; // läuft
END_VAR
BEGIN
NETWORK
TITLE =
      U     #Ein;
      =     A      0.0;
END_FUNCTION_BLOCK

// what follows is a recipe
DATA_BLOCK DB 7
 STRUCT
  Menge : INT := 5;
 END_STRUCT
BEGIN
END_DATA_BLOCK
"""


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_a_source_reads_alike_in_every_encoding(encoding: str) -> None:
    told = handed("pumpe.awl", AWL.replace("\n", "\r\n").encode(encoding))
    assert told.parts == handed("pumpe.awl", AWL).parts
    assert "läuft" in texts(told)["blocks/Pumpe.stl"]


def test_each_block_is_a_part_that_begins_with_what_it_is() -> None:
    told = texts(handed("pumpe.awl", AWL))
    assert list(told) == ["blocks/Pumpe.stl", "data blocks/DB7.st"]
    assert told["blocks/Pumpe.stl"].startswith('FUNCTION_BLOCK "Pumpe"\n')
    assert told["data blocks/DB7.st"].startswith("DATA_BLOCK DB 7\n// what follows is a recipe\n")


def test_words_within_comments_and_strings_begin_and_end_no_block() -> None:
    source = """FUNCTION "F" : Void
(* a
FUNCTION "old" : Void
END_FUNCTION *)
   #x := 'END_FUNCTION'; // END_FUNCTION
END_FUNCTION
"""
    told = texts(handed("f.scl", source))
    assert list(told) == ["blocks/F.st"]
    assert told["blocks/F.st"].count("\n") == source.count("\n")


def test_a_text_without_blocks_stays_whole() -> None:
    told = handed("globals.st", "VAR_GLOBAL\n\ta : INT;\nEND_VAR\n")
    assert texts(told) == {"source.st": "SOURCE\nVAR_GLOBAL\n    a : INT;\nEND_VAR\n"}


def test_a_block_that_does_not_end_is_kept_to_the_end() -> None:
    assert texts(handed("f.scl", "FUNCTION F : INT\n a := 1;")) == {
        "blocks/F.st": "FUNCTION F : INT\n a := 1;\n"
    }


def test_letters_that_are_guessed_are_told() -> None:
    assert "cp1252" in handed("f.scl", "FUNCTION F\n// \xe4".encode("cp1252")).problems[0]
    assert not handed("f.scl", "FUNCTION F\n// \xe4").problems


def test_a_mark_that_lies_is_refused() -> None:
    with pytest.raises(BadFileError, match="UTF-8"):
        handed("f.scl", b"\xef\xbb\xbfFUNCTION \xff\xfe")


def test_other_files_with_the_same_endings_are_not_taken_for_sources() -> None:
    assert handed("part.stl", "solid cube\n facet normal 0 0 0\n").format == "unknown/1"
    assert handed("Thumbs.db", b"SQLite format 3\x00").format == "unknown/1"


@given(st.binary(max_size=300), st.sampled_from(["x.awl", "x.scl", "x.db", "x.udt"]))
def test_whatever_the_bytes_are_one_gets_parts_or_a_reason(data: bytes, name: str) -> None:
    try:
        told = handed(name, data)
    except BadFileError:
        return
    assert all(part.language in Language for part in told.parts)


@given(st.text(st.sampled_from("FUNCTION_BLOCK END_ \n(*)'\"a/"), max_size=200))
def test_no_line_is_lost(source: str) -> None:
    told = "".join(texts(handed("x.st", f"{source}\nFUNCTION f\n{source}")).values())
    assert told.count("a") >= 2 * source.count("a")
