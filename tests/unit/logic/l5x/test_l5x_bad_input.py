"""Whatever somebody drops: a project, or a BadFileError that says what is wrong with the file."""

import io
import tracemalloc

import pytest

from ccontrol.errors import BadFileError
from ccontrol.logic.file import Limits, ProjectFile
from ccontrol.logic.l5x.reader import FORMAT
from tests.unit.logic.l5x.plant import PLANT, controller, part, project, routine


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_unicode_encoding_reads_alike(encoding: str) -> None:
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    assert project((mark + PLANT).encode(encoding)).parts == project(PLANT).parts


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused_with_the_line(share: float) -> None:
    data = PLANT.encode()[: int(len(PLANT) * share)]
    with pytest.raises(BadFileError, match=r"plant\.L5X: .*line \d+"):
        project(data)


class Dripping(io.BytesIO):
    """Gives a few bytes at a time, as a pipe may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 7))


def test_where_the_stream_is_cut_into_pieces_does_not_show() -> None:
    data = PLANT.encode()
    file = ProjectFile("plant.L5X", len(data), Dripping(data))
    assert FORMAT.read(file, lambda secret: f"sealed {len(secret)}") == project(PLANT)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(BadFileError, match="empty"):
        project(b"")


def test_xml_of_another_kind_is_refused() -> None:
    with pytest.raises(BadFileError, match="root element"):
        project("<Project/>")


@pytest.mark.parametrize("use", ['<Controller Name="&x9;"/>', "<Controller>&x9;</Controller>"])
def test_a_billion_laughs_do_not_get_a_megabyte(use: str) -> None:
    laughs = "".join(f'<!ENTITY x{at + 1} "{f"&x{at};" * 10}">' for at in range(9))
    bomb = f'<!DOCTYPE a [<!ENTITY x0 "ha">{laughs}]><RSLogix5000Content>{use}</RSLogix5000Content>'
    tracemalloc.start()
    with pytest.raises(BadFileError):
        project(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


def test_an_external_entity_is_refused_and_not_opened(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret"
    with pytest.raises(BadFileError):
        project(
            f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>'
            "<RSLogix5000Content>&x;</RSLogix5000Content>"
        )


def test_a_document_type_alone_is_refused() -> None:
    with pytest.raises(BadFileError, match="document type"):
        project(f"<!DOCTYPE RSLogix5000Content>{PLANT.partition('?>')[2].strip()}")


def test_ten_thousand_nested_branches_stand_as_they_were_found() -> None:
    text = f"{'[' * 10_000}XIC(a){']' * 10_000};"
    read = routine("RLL", f"<RLLContent><Rung><Text>{text}</Text></Rung></RLLContent>")
    main = part(read, "programs/P/routines/R")
    assert main.unread == 1
    assert text in main.text


def test_elements_nested_without_end_are_refused() -> None:
    with pytest.raises(BadFileError, match="depth"):
        controller("<a>" * 5000 + "</a>" * 5000)


def test_elements_nested_as_deep_as_is_allowed_are_read() -> None:
    read = controller(f"<Novel>{'<a>' * 250}x{'</a>' * 250}</Novel>")
    assert part(read, "controller/Novel").text.endswith(" = x\n")


def test_data_nested_as_deep_as_is_allowed_is_read() -> None:
    inside = '<Structure DataType="T"><StructureMember Name="m">' * 120
    value = '<DataValueMember Name="v" Value="1"/>'
    data = f"{inside}{value}{'</StructureMember></Structure>' * 120}"
    read = controller(f'<Tags><Tag Name="t"><Data Format="Decorated">{data}</Data></Tag></Tags>')
    assert part(read, "values/controller/tags").text.endswith(".v = 1\n")


def test_a_huge_text_is_refused() -> None:
    with pytest.raises(BadFileError, match="Text node too long"):
        controller(f"<Description>{'x' * 11_000_000}</Description>")


def test_a_long_value_is_told_by_its_size_and_hash() -> None:
    read = controller(f"<Novel><Picture>{'208 207 ' * 5000}</Picture></Novel>")
    assert "Picture = (39999 characters, sha256 " in part(read, "controller/Novel").text


@pytest.mark.parametrize(("limit", "size"), [(1000, None), (1000, 10)])
def test_a_file_larger_than_allowed_is_refused_even_when_it_lies(
    limit: int, size: int | None
) -> None:
    data = PLANT.encode()
    file = ProjectFile("a.L5X", size or len(data), io.BytesIO(data), Limits(file=limit))
    with pytest.raises(BadFileError, match="larger than 1,000 bytes"):
        FORMAT.read(file, lambda secret: secret)


def test_names_that_steer_a_terminal_are_escaped() -> None:
    read = controller('<Tasks><Task Name="a&#x202e;b" Novel="x&#x85;y"/></Tasks>')
    task = next(each for each in read.parts if each.path[0] == "tasks")
    assert task.text == "TASK a\\u202eb\nNovel = x\\x85y\n"


def test_ten_thousand_things_of_one_name_take_no_longer_than_they_should() -> None:
    many = '<DataType Name="A"/>' * 10_000
    read = controller(f"<DataTypes>{many}</DataTypes>")
    assert len(read.parts) > 10_000
    assert len(read.problems) == 1


def test_a_unit_in_a_strange_place_is_told() -> None:
    read = controller('<Novel><Tag Name="t" DataType="DINT"/></Novel>')
    assert part(read, "other/Controller/Novel/Tag/t").text == "TAG t\nDataType = DINT\n"


@pytest.mark.parametrize("name", ["plant.L5X", "copy.xml"])
def test_a_file_is_known_by_its_root_whatever_its_name(name: str) -> None:
    assert FORMAT.knows(name, PLANT.encode()[:4096])
    assert FORMAT.knows(name, PLANT.encode("utf-16")[:4096])


def test_other_files_are_not_known() -> None:
    assert not FORMAT.knows("a.xml", b"<project/>")
    assert not FORMAT.knows("a.L5X", b"MZ\x90\x00")
