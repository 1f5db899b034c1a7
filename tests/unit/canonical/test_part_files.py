"""Each part of a project has a file of its own, on any system, whatever its name."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.canonical.part_files import part_files
from ccontrol.logic.project import Language, Part
from ccontrol.model.aspect import Aspect


def part(*path: str, language: Language = Language.ST) -> Part:
    return Part(path, language, Aspect.PROGRAM, "")


def test_a_part_lies_under_its_path_with_the_ending_of_its_language() -> None:
    made = part("programs", "Pump", "routines", "Main", language=Language.LADDER)
    assert part_files([made]) == {"programs/Pump/routines/Main.lad": made}


def test_names_that_no_system_takes_are_encoded() -> None:
    assert set(part_files([part("..", "a/b", "CON")])) == {"=2E=2E/a=2Fb/=43ON.st"}


def test_parts_that_would_meet_in_one_file_all_carry_a_digest() -> None:
    same = [part("a", language=Language.DATA), part("a", language=Language.RECORD)]
    capitals = [part("Main"), part("main")]
    file_and_folder = [part("x"), part("x.st", "y")]
    for pair in (same, capitals, file_and_folder):
        found = part_files(pair)
        assert sorted(map(id, found.values())) == sorted(map(id, pair))
        assert sum("@" in name for name in found) >= 1


def test_the_digest_is_that_of_the_specification() -> None:
    named = hashlib.sha256(b"st\0programs\0Main").hexdigest()[:32]
    found = part_files([part("programs", "Main"), part("programs", "main")])
    assert f"programs/Main@{named}.st" in found


names = st.sampled_from(["a", "A", "a.st", "b", "ä", "..", "a.st@"]) | st.text(
    min_size=1, max_size=8
)
parts = st.builds(
    lambda path, language: part(*path, language=language),
    st.lists(names, min_size=1, max_size=3),
    st.sampled_from(Language),
)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(parts, max_size=8, unique_by=lambda each: (each.path, each.language)))
def test_no_two_parts_share_a_file_and_no_file_is_a_folder(made: list[Part]) -> None:
    found = part_files(made)
    assert len(found) == len(made)
    lowered = [name.lower() for name in found]
    assert len(set(lowered)) == len(lowered)
    folders = {
        "/".join(name.split("/")[:n]) for name in lowered for n in range(1, name.count("/") + 1)
    }
    assert not folders & set(lowered)
