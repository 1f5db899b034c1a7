"""Where a watched folder may not lie: over a store, over keys, over another watched folder."""

from pathlib import Path

import pytest

from tests.unit.config.families import CONTROLLER, SITE, faults

OTHER = CONTROLLER.replace("press-3", "press-4").replace(".10", ".11")


def watched(path: str, *more: str) -> str:
    return "\n".join(("\n[[site.folder]]", f'path = "{path}"', *more, ""))


def test_a_folder_beside_store_and_keys_is_fine(folder: Path) -> None:
    assert faults(SITE + CONTROLLER + watched("drop"), folder) == ()


@pytest.mark.parametrize("path", ["baselines/north", "baselines", "other/../baselines", "."])
def test_a_store_is_no_place_to_drop_files(folder: Path, path: str) -> None:
    found = faults(SITE + watched(path, "depth = 0"), folder)
    told = f"site[north].folder[{path if path == 'baselines' else repr(path)}].path: "
    told = told.replace("['.']", "[.]")
    assert told + "site[north].store lies in it, or is it" in found


def test_nor_is_a_folder_within_a_store(folder: Path) -> None:
    (fault,) = faults(SITE + watched("baselines/north/drop"), folder)
    assert fault.endswith("path: lies in site[north].store")


def test_a_store_behind_a_link_is_found_where_it_really_lies(folder: Path) -> None:
    (folder / "disk" / "north").mkdir(parents=True)
    (folder / "baselines").symlink_to(folder / "disk")
    (fault,) = faults(SITE + watched("disk"), folder)
    assert fault.endswith("site[north].store lies in it, or is it")


def test_a_folder_with_the_signing_key_in_it_is_refused(folder: Path) -> None:
    (fault,) = faults(SITE + watched("keys"), folder)
    assert fault == (
        "site[north].folder[keys].path: the file of site[north].store.signing_key lies in it; "
        "keep keys where nobody drops files"
    )


def test_so_is_one_with_a_password_in_it_however_deep(folder: Path) -> None:
    (folder / "drop" / "a").mkdir(parents=True)
    (folder / "drop" / "a" / "pw").write_text("secret")
    (folder / "drop" / "a" / "pw").chmod(0o600)
    text = SITE + CONTROLLER + 'toy = { password = { file = "drop/a/pw" } }\n'
    (fault,) = faults(text + watched("drop", "depth = 0"), folder)
    assert "site[north].controller[press-3].toy.password lies in it" in fault


def test_tables_of_one_folder_take_each_file_once_and_are_fine(folder: Path) -> None:
    text = SITE + CONTROLLER + OTHER
    text += watched("drop", 'controller = "press-3"', 'files = ["Press3*"]')
    text += watched("drop/", 'controller = "press-4"', 'files = ["Press4*"]')
    assert faults(text, folder) == ()


@pytest.mark.parametrize("inner", ["drop/press", "drop/press/a/b/c", "x/../drop"])
def test_a_folder_that_another_table_looks_into_is_refused(folder: Path, inner: str) -> None:
    (fault, *_) = faults(SITE + watched("drop") + watched(inner), folder)
    assert "its files are taken for site[north].folder[" in fault


def test_the_order_of_the_two_tables_does_not_matter(folder: Path) -> None:
    (fault,) = faults(SITE + watched("drop/press") + watched("drop"), folder)
    assert fault.startswith("site[north].folder['drop/press'].path: its files are taken for")


def test_a_folder_deeper_than_the_outer_one_is_looked_into_is_fine(folder: Path) -> None:
    text = SITE + watched("drop", "depth = 1")
    assert faults(text + watched("drop/hall/press"), folder) == ()
    assert faults(text + watched("drop/hall"), folder) != ()


def test_one_folder_is_not_watched_for_two_sites(folder: Path) -> None:
    south = SITE.replace("north", "south")
    found = faults(SITE + watched("drop") + south + watched("drop"), folder)
    assert "site[south].folder[drop].path: its files are taken for site[north].folder[drop]" in (
        "\n".join(found)
    )


def test_tables_of_one_folder_look_at_it_in_one_way(folder: Path) -> None:
    text = SITE + watched("drop") + watched("drop", 'events = "poll"', "depth = 0")
    same = "in site[north].folder[drop]; tables of one folder say the same"
    assert faults(text, folder) == (
        f"site[north].folder[drop#2].events: is 'auto' {same}",
        f"site[north].folder[drop#2].depth: is 4 {same}",
    )
