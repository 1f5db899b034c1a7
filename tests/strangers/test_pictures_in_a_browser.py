"""Pages of real programs in a real Chromium: nothing overlaps, is cut off, or is asked for.

Screenshots are kept under .aside/artefacts for whoever wants to look.
"""

import json
import os
import re
import shutil
import subprocess  # noqa: TID251 — strangers are programs
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ccontrol.cli.project_files import SealsInOneCall, read_project
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.ladder import text as ladder
from ccontrol.logic.ladder.model import Branch, Instruction, Rung, Series
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from ccontrol.pictures.page import page
from ccontrol.pictures.svg import svg
from tests.unit.logic.l5x.plant import PLANT, edited
from tests.unit.logic.l5x.plant import project as plant

pytestmark = [pytest.mark.strangers, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / ".aside" / "artefacts" / "pictures"
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus")) / "l5x"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
)
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MEASURE = r"""
document.querySelectorAll('details').forEach(each => each.open = true);
const faults = [], slack = 1.5;
let symbols = 0, texts = 0;
const inside = (inner, outer) => inner.left >= outer.left - slack && inner.top >= outer.top - slack
  && inner.right <= outer.right + slack && inner.bottom <= outer.bottom + slack;
document.querySelectorAll('svg').forEach((svg, number) => {
  const whole = svg.getBoundingClientRect(), found = [];
  svg.querySelectorAll('text').forEach(text => {
    texts += 1;
    if (!inside(text.getBoundingClientRect(), whole))
      faults.push(['outside the picture', number, text.textContent]);
  });
  svg.querySelectorAll('g.symbol').forEach(symbol => {
    symbols += 1;
    const box = symbol.querySelector('rect.box');
    if (box && !svg.querySelector('.bar')) symbol.querySelectorAll('text').forEach(text => {
      if (!text.closest('.badge')
          && !inside(text.getBoundingClientRect(), box.getBoundingClientRect()))
        faults.push(['outside its box', number, text.textContent]);
    });
    const words = [...symbol.querySelectorAll('text')].filter(text => !text.closest('.badge'))
      .map(text => [text.textContent, text.getBoundingClientRect()]);
    words.forEach(([name, one], index) => words.slice(index + 1).forEach(([other, two]) => {
      if (one.left < two.right - slack && two.left < one.right - slack
          && one.top < two.bottom - slack && two.top < one.bottom - slack)
        faults.push(['word over word', number, name + ' / ' + other]);
    }));
    const parts = [...symbol.querySelectorAll('rect.box, text, .line')]
      .filter(part => !part.closest('.badge')).map(part => part.getBoundingClientRect());
    if (parts.length) found.push([symbol.textContent, {
      left: Math.min(...parts.map(p => p.left)), top: Math.min(...parts.map(p => p.top)),
      right: Math.max(...parts.map(p => p.right)), bottom: Math.max(...parts.map(p => p.bottom))}]);
  });
  found.forEach(([name, one], index) => found.slice(index + 1).forEach(([other, two]) => {
    if (one.left < two.right - slack && two.left < one.right - slack
        && one.top < two.bottom - slack && two.top < one.bottom - slack)
      faults.push(['overlaps', number, name + ' / ' + other]);
  }));
});
const asked = performance.getEntriesByType('resource').map(each => each.name);
const said = document.createElement('pre');
said.id = 'measured';
said.textContent = JSON.stringify({faults, asked, symbols, texts});
document.body.append(said);
"""


@dataclass(frozen=True)
class Chromium:
    program: str
    home: Path

    def run(self, file: Path, *more: str) -> str:
        profile = f"--user-data-dir={self.home / 'profile'}"
        command = [self.program, *FLAGS, profile, *more, file.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def measured(self, html: str) -> dict[str, Any]:
        """What a copy of the page measures of itself, without the policy that forbids scripts."""
        copy = self.home / "copy.html"
        copy.write_text(
            POLICY.sub("", html).replace("</body>", f"<script>{MEASURE}</script></body>")
        )
        said = re.search(r'<pre id="measured">(.*?)</pre>', self.run(copy, "--dump-dom"), re.DOTALL)
        assert said, "the page did not measure itself"
        found: dict[str, Any] = json.loads(unescape(said[1]))
        return found

    def shot(self, name: str, content: str) -> Path:
        file = self.home / name
        file.write_text(content)
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        picture = ARTEFACTS / f"{name}.png"
        self.run(file, "--window-size=1200,2400", f"--screenshot={picture}")
        shutil.copy(file, ARTEFACTS / name)
        print(f"kept: {picture}")  # noqa: T201 — shown with -s, and beside a failure
        return picture


@pytest.fixture
def chromium(tmp_path: Path) -> Chromium:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("there is no Chromium: run tests/strangers/install")
    return Chromium(program, tmp_path)


def _corpus() -> list[Path]:
    found = sorted(CORPUS.glob("*/*.L5X"))
    if not found:
        pytest.skip(f"no real project files in {CORPUS}: set CCONTROL_CORPUS")
    return found


def _edited(series: Series, depth: int = 0) -> Series:
    """A bit of everything that an engineer, or somebody else, does to a rung."""
    found: list[Instruction | Branch] = []
    for index, element in enumerate(series):
        if isinstance(element, Branch):
            legs = [_edited(leg, depth + 1) for leg in element.legs]
            bypass = (Instruction("XIC", ("Bypass_Key",)),)
            found.append(Branch((*legs, bypass) if not depth else tuple(legs)))
        elif element.op == "XIC" and index % 4 == 1:
            found.append(replace(element, op="XIO"))
        elif element.op == "MOV":
            found.append(replace(element, operands=("42", *element.operands[1:])))
        elif index % 6 != 4:
            found.append(element)
        if index % 5 == 3:
            found.append(Instruction("XIO", ("New_Interlock.Active",)))
    return tuple(found)


def _routine(rungs: list[Rung]) -> Project:
    text = "ROUTINE Main (ladder) in program Press\n" + ladder.render(rungs)
    part = Part(("programs", "Press", "routines", "Main"), Language.LADDER, Aspect.PROGRAM, text)
    return Project("test/1", "Press", (part,))


def _real_rungs() -> list[Rung]:
    """Every rung of the corpus once, the longest first."""
    found: dict[str, Rung] = {}
    for file in _corpus():
        for part in read_project(str(file), SealsInOneCall()).parts:
            if part.language is Language.LADDER and not part.opaque:
                found |= {ladder.render([rung]): rung for rung in ladder.parse(part.text)}
    return [found[text] for text in sorted(found, key=lambda text: (-len(text), text))]


def _no_fault(measured: dict[str, Any]) -> None:
    assert measured["symbols"] > 0
    assert measured["texts"] > 0
    assert measured["faults"] == []
    assert measured["asked"] == []


def test_real_rungs_with_every_kind_of_edit_are_drawn_without_overlap(chromium: Chromium) -> None:
    rungs = _real_rungs()
    edited = [replace(rung, elements=_edited(rung.elements)) for rung in rungs]
    diff = compare_projects(_routine(rungs), _routine(edited))
    html = page(diff, "as exported", "as edited")
    chromium.shot("edited-rungs.html", html)
    chromium.shot("edited-rungs.svg", svg(diff, "as exported", "as edited"))
    _no_fault(chromium.measured(html))


def test_a_chart_whose_logic_alone_changed_is_drawn_with_what_changed(chromium: Chromium) -> None:
    old, new = plant(PLANT), plant(edited('Argument="Counts"', 'Argument="Others"'))
    html = page(compare_projects(old, new), "before", "after")
    chromium.shot("chart-logic.html", html)
    measured = chromium.measured(html)
    _no_fault(measured)
    assert html.count('class="symbol changed"') == 2


@pytest.mark.parametrize("kind", ["FBD", "SFC"])
def test_real_charts_are_drawn_without_overlap(chromium: Chromium, kind: str) -> None:
    files = [file for file in _corpus() if f"Routines_{kind}@" in file.name]
    assert len(files) == 2
    old, new = (read_project(str(file), SealsInOneCall()) for file in files)
    html = page(compare_projects(old, new), files[0].name, files[1].name)
    chromium.shot(f"{kind}.html", html)
    _no_fault(chromium.measured(html))


def test_wide_and_foreign_letters_stay_in_their_boxes(chromium: Chromium) -> None:
    names = ("ポンプ_運転中_フィードバック", "Förderband.Störung", "Задвижка_Открыта", "x" * 200)
    rungs = [
        Rung((Instruction("XIC", (name,)), Instruction("TON", (name, "1000", "0"))), name)
        for name in names
    ]
    html = page(compare_projects(_routine([]), _routine(rungs)), "none", "some")
    chromium.shot("foreign-letters.html", html)
    _no_fault(chromium.measured(html))


@contextmanager
def _listening() -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []

    class Counting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its name there
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("guarded", [True, False])
def test_the_policy_of_the_page_stops_whatever_would_get_into_it(
    chromium: Chromium, *, guarded: bool
) -> None:
    html = page(compare_projects(_routine([]), _routine([Rung()])), "a", "b")
    with _listening() as (port, asked):
        lure = f"http://127.0.0.1:{port}"
        smuggled = (
            f'<img src="{lure}/image"><link rel="stylesheet" href="{lure}/style">'
            f'<script src="{lure}/script"></script><script>fetch("{lure}/fetch")</script>'
        )
        file = chromium.home / "smuggled.html"
        html = html.replace("</body>", f"{smuggled}</body>")
        file.write_text(html if guarded else POLICY.sub("", html))
        chromium.run(file, "--dump-dom")
    assert (asked == []) is guarded
