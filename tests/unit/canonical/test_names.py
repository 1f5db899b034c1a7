"""Names from a controller as file names."""

import pytest

from ccontrol.canonical.layout import folders
from ccontrol.canonical.names import LONGEST, encode, encode_all


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("OB1", "OB1"),
        ("slot-4.1_a", "slot-4.1_a"),
        ("Program:Main", "Program=3AMain"),
        ("\u00fc", "=C3=BC"),
        ("a b", "a=20b"),
        ("=41", "=3D41"),
        ("@", "=40"),
        ("~1", "=7E1"),
        ("..", "=2E=2E"),
        (".git", "=2Egit"),
        ("../x", "=2E.=2Fx"),
        ("-rf", "=2Drf"),
        ("end.", "end=2E"),
        ("a\nb\x1b", "a=0Ab=1B"),
        ("", "="),
        ("CON", "=43ON"),
        ("aux.txt", "=61ux.txt"),
        ("lpt9", "=6Cpt9"),
        ("console", "console"),
    ],
)
def test_a_name_is_written_so_that_every_system_takes_it(name: str, encoded: str) -> None:
    assert encode(name) == encoded


def test_a_very_long_name_is_cut_and_closed_by_a_digest() -> None:
    one, other = encode("x" * 300), encode("x" * 301)
    assert len(one) == LONGEST
    assert one[:67] == "x" * 67
    assert one != other


def test_names_that_differ_by_case_alone_all_end_in_a_digest() -> None:
    encoded = encode_all(["Pump", "PUMP", "valve"])
    assert encoded["valve"] == "valve"
    assert encoded["Pump"].startswith("Pump@")
    assert encoded["PUMP"].startswith("PUMP@")
    assert encoded["Pump"].lower() != encoded["PUMP"].lower()


def test_a_name_that_looks_like_an_encoded_one_does_not_take_its_place() -> None:
    closed = encode_all(["a", "A"])["a"]
    assert encode(closed) != closed


def test_the_three_folders_of_a_controller() -> None:
    assert folders("hall 1", "press-3") == (
        "plant/hall=201/press-3",
        "views/hall=201/press-3",
        "state/hall=201/press-3",
    )
