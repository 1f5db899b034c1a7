"""A block as text: to the letter, what is opaque, what is known of system data."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile
from ccontrol.logic.formats import format_of, read
from ccontrol.logic.mc7.block import Block, cut_image
from ccontrol.logic.mc7.text import VERSION, block_text, written
from ccontrol.logic.project import Language
from ccontrol.logic.views import renderers, text_of
from ccontrol.model.aspect import Aspect
from ccontrol.model.unit import Image
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Kind
from tests.unit.logic.mc7.statements import real_blocks

CPU = plant.press()

TWO_HAND = """\
FUNCTION_BLOCK FB12 "TWOHAND"
AUTHOR : PLANT
FAMILY : LINE
VERSION : 0.1
// written in STL, attributes: linked
VAR_INPUT
  IN0 : BOOL;                           // 0.0
END_VAR
VAR_OUTPUT
  OUT0 : BOOL;                          // 2.0
END_VAR
VAR
  STAT0 : INT := 5;                     // 4.0
END_VAR

NETWORK 1
        A     I 0.0
        A     I 0.1
        AN    M 10.0
        =     M 10.1
NETWORK 2
        A     M 10.1
        L     S5T#500ms
        SE    T 12
        A     T 12
        =     Q 4.0
"""
SETTINGS = """\
DATA_BLOCK DB10 "SETTINGS"
AUTHOR : PLANT
FAMILY : DATA
VERSION : 0.1
// written in DB, attributes: linked
STRUCT
  STAT1 : INT := 120;                   // 0.0
  STAT2 : REAL := 8.550000e+001;        // 2.0
  STAT3 : INT := 3;                     // 6.0
  STAT4 : DINT;                         // 8.0
END_STRUCT
"""


def block(kind: Kind, number: int) -> Block:
    return cut_image(image(kind, number))


def image(kind: Kind, number: int) -> bytes:
    found = CPU.block(kind, number)
    assert found is not None
    return found.image


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def project_file(data: bytes, name: str = "block") -> ProjectFile:
    return ProjectFile(name, len(data), io.BytesIO(data))


def test_texts_of_this_version_are_these_to_the_letter() -> None:
    # Another text needs another VERSION: by it alone stored views are known to be old.
    assert VERSION == 2
    assert block_text(block(Kind.FB, 12)) == TWO_HAND
    assert block_text(block(Kind.DB, 10)) == SETTINGS


def test_german_is_another_spelling_of_the_same() -> None:
    german = block_text(block(Kind.FB, 12), "de")
    assert "        U     E 0.0\n" in german
    assert "        SV    T 12\n" in german
    assert german.count("\n") == TWO_HAND.count("\n")


def test_dates_of_compiling_are_no_part_of_the_text() -> None:
    data = image(Kind.FB, 12)
    assert block_text(cut_image(patched(data, 16, b"\x01" * 12))) == block_text(cut_image(data))


def test_a_password_is_told_and_never_shown() -> None:
    data = patched(image(Kind.FC, 1), 12, b"\xca\xfe\xba\xbe")
    assert "PASSWORD : is set\n" in block_text(cut_image(data))
    project = read(project_file(data), lambda secret: f"sealed {len(secret)}")
    assert "PASSWORD : sealed 8\n" in project.parts[0].text
    assert "cafebabe" not in project.parts[0].text.lower()
    known = patched(image(Kind.FC, 1), 12, b"\0\0\0\3")
    assert "KNOW_HOW_PROTECT\n" in block_text(cut_image(known))


def test_block_privacy_is_opaque_and_shows_only_hashes() -> None:
    data = patched(image(Kind.FC, 1), 4, b"\x29")
    text = written(cut_image(data), ())
    assert text.opaque
    assert "NETWORK" not in text.text
    assert "// opaque: encrypted by block privacy\n" in text.text
    (part,) = read(project_file(data), str).parts
    assert part.opaque == text.opaque


def test_a_view_of_block_privacy_or_of_know_how_protection_says_which_it_is() -> None:
    whole = block(Kind.FC, 1)
    parts = (("body", whole.body), ("interface", whole.interface), ("footer", whole.raw_footer))
    for at, value, said in ((4, 0x29, "// opaque: encrypted by block privacy\n"),
                            (4, 0x01, "KNOW_HOW_PROTECT\n")):  # fmt: skip
        header = patched(whole.raw_header, at, bytes((value,)))
        words = {"protection": "know-how protected", "password": "sealed ab"}
        shown = text_of(Image("s7/1", (("header", header), *parts)), words)
        assert shown is not None
        assert said in shown.text
        assert ("NETWORK 1\n" in shown.text) is (value == 0x01)


def test_bytes_that_are_no_instruction_stand_between_the_others_and_are_counted() -> None:
    data = image(Kind.FB, 12)
    before = block_text(cut_image(data)).splitlines()
    after = written(cut_image(patched(data, 38, b"\x0d\xff")), ())
    changed = [
        pair for pair in zip(before, after.text.splitlines(), strict=True) if len(set(pair)) > 1
    ]
    assert changed == [("        A     I 0.1", "        ????  16#0DFF")]
    assert (after.unread, len(after.problems)) == (1, 1)
    assert "1 places of the code" in after.problems[0]
    (part,) = read(project_file(patched(data, 38, b"\x0d\xff")), str).parts
    assert part.unread == 1


def test_a_data_block_whose_size_is_not_what_it_declares_says_so() -> None:
    whole = block(Kind.DB, 10)
    header = whole.header._replace(mc7_bytes=14)
    text = block_text(Block(header, whole.footer, b"", b"", whole.interface, b"", b""))
    assert "???? it declares 12 bytes and holds 14\n" in text


def test_system_data_tell_names_and_what_was_loaded_together_without_times() -> None:
    read_so_far = written(block(Kind.SDB, 0), ())
    assert (read_so_far.unread, len(read_so_far.problems)) == (1, 1)
    names = read_so_far.text
    assert "station = S7300/ET200M station_3\ncpu = press-3\n" in names
    table = block_text(block(Kind.SDB, 4))
    assert "SDB0 0002 0000\nSDB1 0002 0000\n" in table
    assert "SECTION body" not in table
    other = patched(image(Kind.SDB, 4), 36, b"\x04")
    assert "SECTION body" not in block_text(cut_image(other))
    broken = patched(image(Kind.SDB, 4), 36 + 2, b"\x04\x04")
    assert "SECTION body" in block_text(cut_image(broken))


def test_the_rack_that_a_tia_portal_leaves_is_unpacked_within_bounds() -> None:
    rack = zlib.compress(b'P\r\n{\r\nC 2 N="PLC_1"\r\n}')
    text = block_text(_sdb(bytes(14) + rack))
    assert 'SECTION configured rack\nP\n{\nC 2 N="PLC_1"\n}\n' in text
    bomb = zlib.compress(bytes(1 << 22))
    assert "SECTION additional, " in block_text(_sdb(bytes(14) + bomb))
    assert "SECTION additional, " in block_text(_sdb(bytes(14) + rack[:-2]))


def _sdb(additional: bytes) -> Block:
    whole = block(Kind.SDB, 1)
    return Block(whole.header, whole.footer, b"", whole.body, b"", additional, b"")


def test_a_rack_of_a_real_controller_is_read() -> None:
    (path,) = real_blocks("captures/SDB1__download__tia_s300_downloadHwConfig.mc7")
    assert 'N="PS 307 2A_1"\n' in block_text(cut_image(path.read_bytes()))


def test_an_image_is_known_by_its_content_whatever_it_is_called() -> None:
    data = image(Kind.OB, 1)
    assert format_of(project_file(data, "backup.dat")).name == "mc7"
    assert format_of(project_file(data[:30], "OB1.mc7")).name == "unknown"
    assert format_of(project_file(b"pp" + bytes(34), "OB1.mc7")).name == "unknown"


def test_code_and_values_are_parts_of_their_own() -> None:
    code = read(project_file(image(Kind.OB, 1)), str)
    assert [(part.name, part.language) for part in code.parts] == [("blocks/OB1", Language.STL)]
    data = read(project_file(image(Kind.DB, 10)), str)
    assert [(part.name, part.aspect) for part in data.parts] == [
        ("blocks/DB10", Aspect.PROGRAM),
        ("values/DB10", Aspect.VALUES),
    ]
    assert "6.0      STAT3 := 3\n" in data.parts[1].text
    system = read(project_file(image(Kind.SDB, 0)), str)
    assert system.parts[0].aspect is Aspect.CONFIGURATION


def test_a_file_that_is_not_whole_is_refused_with_the_next_step() -> None:
    data = image(Kind.OB, 1)
    with pytest.raises(BadFileError, match="do not add up") as caught:
        read(project_file(data[:-4]), str)
    assert "again" in caught.value.hint


def test_a_view_needs_no_more_than_the_masked_image() -> None:
    whole = block(Kind.DB, 10)
    masked = Image("s7/1", (("header", whole.raw_header), ("interface", whole.interface[:-14]),
        ("initial", whole.interface[-14:]), ("footer", whole.raw_footer)))  # fmt: skip
    shown = text_of(masked, {"protection": "know-how protected", "password": "sealed ab"})
    assert shown is not None
    assert shown.suffix == "txt"
    assert shown.renderer in renderers("s7")
    assert "KNOW_HOW_PROTECT\nPASSWORD : sealed ab\nSTRUCT\n" in shown.text
    assert "  STAT1 : INT := 120;" in shown.text


def test_an_image_of_another_mask_or_without_a_header_has_no_renderer() -> None:
    assert text_of(Image("s7/1", (("body", b"\x65\0"),)), {}) is None
    assert text_of(Image("toy/1", ()), {}) is None
    assert renderers("toy") == ()


@settings(deadline=None)
@given(
    st.sampled_from([(Kind.OB, 1), (Kind.FB, 12), (Kind.DB, 10), (Kind.SDB, 0), (Kind.SDB, 4)]),
    st.integers(min_value=36),
    st.binary(min_size=1, max_size=8),
)
def test_whatever_the_bytes_of_a_block_are_it_is_text(
    which: tuple[Kind, int], at: int, new: bytes
) -> None:
    data = image(*which)
    changed = patched(data, 36 + at % (len(data) - 44), new)
    text = block_text(cut_image(changed))
    assert text.endswith("\n")
    assert all(line.isprintable() and line == line.rstrip() for line in text.splitlines())
    assert text.count("\n") == len(text.split("\n")) - 1


@settings(deadline=None)
@given(
    st.sampled_from([0x08, 0x0A, 0x0B, 0x0C, 0x0E]),
    st.binary(min_size=34, max_size=34),
    st.lists(st.binary(max_size=120), min_size=4, max_size=4),
    st.binary(min_size=36, max_size=36),
)
def test_whatever_a_masked_image_holds_it_is_shown(
    kind: int, head: bytes, parts: list[bytes], footer: bytes
) -> None:
    header = b"pp" + head[:3] + bytes((kind,)) + head[4:]
    declared = struct.pack("<BHHH", 5, 1, len(parts[1]), len(parts[2])) + parts[1]
    names = ("header", "body", "interface", "initial", "additional", "footer")
    sections = tuple(zip(names, (header, parts[0], declared, *parts[2:], footer), strict=True))
    shown = text_of(Image("s7/1", sections), {})
    assert shown is not None
    assert all(line.isprintable() and line == line.rstrip() for line in shown.text.splitlines())


def test_a_header_may_hold_any_language_and_attribute() -> None:
    data = patched(image(Kind.FC, 1), 3, bytes((0xFF, 0x77)))
    assert "written in 0x77, attributes: linked, standard block, bit 2" in block_text(
        cut_image(data)
    )
    assert struct.unpack(">B", data[4:5]) == (0x77,)
