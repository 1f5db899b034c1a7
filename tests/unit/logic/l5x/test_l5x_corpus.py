"""Real exports of public projects: all are read, alike ones alike, and little noise is left."""

import os
import re
from collections import Counter
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from lxml import etree

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.project import Language, Project
from ccontrol.model.aspect import Aspect
from ccontrol.pictures.page import page
from tests.unit.logic.l5x.plant import project

_ROOT = Path(__file__).parents[4]
PENDING = re.compile(r"^RUNG \{([^}]*)\}", re.MULTILINE)
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", _ROOT.parent / "shared" / "corpus")) / "l5x"


@pytest.fixture(scope="module")
def exports() -> dict[str, tuple[bytes, Project]]:
    paths = sorted(CORPUS.glob("*/*.L5X"))
    small = [path for path in paths if path.stat().st_size < 1_000_000]
    if not small:
        pytest.skip(f"no real exports in {CORPUS}: set CCONTROL_CORPUS")
    return {path.name: (data := path.read_bytes(), project(data)) for path in small}


def test_every_real_rung_parses(exports: dict[str, tuple[bytes, Project]]) -> None:
    unread = {name: sum(p.unread for p in read.parts) for name, (_, read) in exports.items()}
    assert not any(unread.values())


def test_nothing_real_lies_in_a_strange_place(exports: dict[str, tuple[bytes, Project]]) -> None:
    strange = {
        part.name
        for name, (_, read) in exports.items()
        if "unknown_content" not in name
        for part in read.parts
        if part.path[0] == "other"
    }
    assert strange == set()


def test_the_bytes_of_encoded_content_stand_nowhere(
    exports: dict[str, tuple[bytes, Project]],
) -> None:
    encoded = {name: read for name, (data, read) in exports.items() if b"<EncodedData" in data}
    assert encoded
    for read in encoded.values():
        assert any(part.opaque for part in read.parts)
        assert max(len(line) for part in read.parts for line in part.text.splitlines()) < 5_000


def test_an_instruction_encoded_anew_is_the_same(
    exports: dict[str, tuple[bytes, Project]],
) -> None:
    pair = [
        exports[f"e2e_tests_fixtures_raC_Opr_HTTP_Client_{kind}.L5X"]
        for kind in ("deps", "no_deps")
    ]
    texts = [
        {part.path[1]: part.text for part in read.parts if part.name.endswith("/instruction")}
        for _, read in pair
    ]
    common = set(texts[0]) & set(texts[1])
    assert common
    assert all(texts[0][name] == texts[1][name] for name in common)


def test_text_has_five_times_fewer_lines_of_difference_than_xml(
    exports: dict[str, tuple[bytes, Project]],
) -> None:
    raw = told = 0
    histories = (name for name in exports if "@" in name)
    for _, versions in groupby(sorted(histories), lambda name: name.partition("@")[0]):
        for before, after in pairwise(versions):
            raw += differing(*(exports[name][0].split(b"\n") for name in (before, after)))
            told += differing(*(logic(exports[name][1]) for name in (before, after)))
    assert raw > 1000
    assert told * 5 <= raw


def logic(read: Project) -> list[str]:
    return [
        f"{part.name}: {line}"
        for part in read.parts
        if part.aspect is not Aspect.VALUES
        for line in part.text.splitlines()
    ]


def differing(before: list[bytes] | list[str], after: list[bytes] | list[str]) -> int:
    """Count lines that stand in one more often than in the other: no line diff shows fewer."""
    counts: Counter[bytes | str] = Counter(before)
    counts.subtract(after)
    return sum(map(abs, counts.values()))


def test_every_pending_edit_of_a_real_rung_stands_in_its_line(
    exports: dict[str, tuple[bytes, Project]],
) -> None:
    """The collected files hold hardly any: whoever has others sets CCONTROL_CORPUS."""
    for name, (data, read) in exports.items():
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        kinds = (str(rung.get("Type", "N")) for rung in root.iter("Rung"))
        stored = Counter(kind for kind in kinds if kind != "N")
        told = Counter(
            kind
            for part in read.parts
            if part.language is Language.LADDER
            for kind in PENDING.findall(part.text)
        )
        assert told == stored, name


@pytest.mark.parametrize("kind", ["I", "D", "IR", "rI", "R", "rR", "rN", "e", "er"])
def test_a_pending_edit_put_into_a_real_export_is_told_and_drawn(
    exports: dict[str, tuple[bytes, Project]], kind: str
) -> None:
    name = next(name for name in exports if name.startswith("examples_belt_conveyor"))
    data, read = exports[name]
    after = project(data.replace(b'Type="N"', f'Type="{kind}"'.encode(), 1))
    found = compare_projects(read, after)
    (change,) = found.changes
    assert change.kind is LogicKind.PENDING_EDIT
    assert f"is a pending edit: {kind}" in change.sentence
    assert f"pending edit {kind}: " in page(found, "before", "after")
