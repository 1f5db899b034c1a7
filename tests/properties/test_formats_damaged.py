"""Well-formed files of each format in XML whose elements are not where and what they were.

Damaged bytes mostly end in the parser; these reach the readers.
"""

import copy
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from tests.unit.logic.formats_text.hand_over import handed
from tests.unit.logic.formats_text.tc6 import project
from tests.unit.logic.formats_text.test_control_expert import _xef
from tests.unit.logic.formats_text.test_plcopen import SEAL_IN
from tests.unit.logic.formats_text.test_simaticml import _block
from tests.unit.logic.formats_text.test_twincat import POU

Damage: TypeAlias = Callable[[ET.Element, ET.Element, str], None]
"""What is done to an element, given another one and a value."""
GOLDEN = Path(__file__).parents[1] / "golden" / "projects"
SAMPLES = {
    "a.L5X": (GOLDEN / "l5x-every-language" / "before.L5X").read_text("utf-8"),
    "b.L5X": (GOLDEN / "l5x-guard-inverted" / "before.L5X").read_text("utf-8"),
    "ld.xml": project(SEAL_IN),
    "block.xml": _block(),
    "a.TcPOU": POU,
    "a.xef": _xef(),
}
ODD = ("", "0", "-1", "9" * 30, "1e999", "NaN", "\u202e", "a\nb", "true", "x" * 3000, "[0,0]", "'(")


def set_one(element: ET.Element, second: ET.Element, value: str) -> None:
    for key in sorted(element.attrib)[: 1 + len(second)]:
        element.set(key, value)


def forget_one(element: ET.Element, second: ET.Element, value: str) -> None:
    for key in sorted(element.attrib)[: 1 + len(second)]:
        del element.attrib[key]


def rename(element: ET.Element, second: ET.Element, value: str) -> None:
    element.tag = second.tag


def write(element: ET.Element, second: ET.Element, value: str) -> None:
    element.text = value


def graft(element: ET.Element, second: ET.Element, value: str) -> None:
    element.append(copy.deepcopy(second))


def prune(element: ET.Element, second: ET.Element, value: str) -> None:
    element[:] = []


def swap(element: ET.Element, second: ET.Element, value: str) -> None:
    element[:] = reversed(element)


DAMAGES = (set_one, forget_one, rename, write, graft, prune, swap)


def damaged(text: str, done: Sequence[tuple[Damage, int, int, str]]) -> bytes:
    root = ET.fromstring(text.encode())
    for damage, at, other, value in done:
        every = list(root.iter())
        damage(every[at % len(every)], every[other % len(every)], value)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True))


WHOLE = st.integers(0, 10_000)
ONE = st.tuples(st.sampled_from(DAMAGES), WHOLE, WHOLE, st.sampled_from(ODD))


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=40)
@given(st.lists(ONE, min_size=1, max_size=8))
def test_elements_astray_are_read_or_refused_and_twice_alike(
    name: str, done: list[tuple[Damage, int, int, str]]
) -> None:
    data = damaged(SAMPLES[name], done)
    try:
        project_read = handed(name, data)
    except BadFileError:
        return
    assert project_read.parts
    assert handed(name, data) == project_read


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.TcPOU", "<TcPlcObject a='{}'/>"),
        ("a.xml", "<Document><Engineering/><Odd a='{}'/></Document>"),
    ],
)
def test_two_files_in_which_nothing_is_known_are_told_apart(name: str, text: str) -> None:
    one, other = (handed(name, text.format(number)) for number in (1, 2))
    assert one.parts != other.parts
    assert any("nothing that is known" in told for told in one.problems)
