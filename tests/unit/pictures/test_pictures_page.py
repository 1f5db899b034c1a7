"""The page and the one picture: what stands on them, and what can never get onto them."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from ccontrol.diff.programs.changes import (
    LineDiff,
    LogicChange,
    LogicKind,
    PartDiff,
    ProjectDiff,
    Rename,
    RungDiff,
)
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.ladder import text as ladder
from ccontrol.logic.ladder.model import Rung, Series
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Severity
from ccontrol.pictures.page import page
from ccontrol.pictures.svg import svg
from tests.unit.pictures.drawn import (
    NAMES,
    SERIES,
    change,
    inverted_guard,
    ladder_part,
    project,
    rung,
)

VOID = {"meta", "br", "hr"}
KNOWN = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "span", "b"}
KNOWN |= {"table", "tr", "th", "td", "a", "details", "summary", "ul", "li", "div"}
KNOWN |= {"svg", "g", "path", "rect", "circle", "text"}
ATTRIBUTES = {"class", "id", "open", "href", "role", "width", "height", "viewbox", "x", "y", "d"}
ATTRIBUTES |= {"rx", "cx", "cy", "r", "transform", "lang", "charset", "content", "name"}
ATTRIBUTES |= {"http-equiv"}


class _Tags(HTMLParser):
    """Fails on anything that a page of ours has no use for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            assert name != "href" or (value or "").startswith("#part-")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _words(html: str) -> str:
    tags = _Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open
    return " ".join(tags.words)


def _routine(*rungs: Rung) -> Project:
    text = "ROUTINE Main (ladder) in program Press\n" + ladder.render(rungs)
    part = Part(("programs", "Press", "Main"), Language.LADDER, Aspect.PROGRAM, text)
    return Project("test/1", "Press", (part,))


def test_each_change_is_told_with_its_rung_before_and_after() -> None:
    words = _words(page(project(ladder_part(inverted_guard())), "monday", "tuesday"))
    for expected in (
        "monday → tuesday",
        "2 changes: 2 high.",
        "programs/Press/routines/Main (ladder)",
        "rung 12, was 11: Motor",
        "contact Guard_Door inverted: XIC became XIO",
        "Motor runs behind a closed door",
        "before",
        "after",
        "Key",
    ):
        assert expected in words


def test_a_change_is_marked_by_sign_and_by_line_beside_its_colour() -> None:
    html = page(project(ladder_part(inverted_guard())), "a", "b")
    assert html.count('<g class="badge changed">') == 2
    assert html.count('<g class="badge added">') == 2
    assert html.count("frame inner") == 2
    assert '<path class="wire added"' in html


def test_what_both_sides_lack_has_no_mark() -> None:
    quiet = RungDiff(rung("XIC(a)OTE(b);"), rung("XIC(a)OTE(b);"), 3, 3)
    html = page(project(ladder_part(quiet)), "a", "b")
    assert "as it was" in html
    assert '<g class="badge' not in html


def test_a_browser_may_load_and_run_nothing_but_the_style_of_the_page() -> None:
    html = page(project(ladder_part(inverted_guard())), "a", "b")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert style
    assert policy
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "url(" not in style[1]
    assert "@import" not in style[1]


@given(SERIES, SERIES, NAMES)
@settings(max_examples=40, deadline=None)
def test_whatever_a_program_is_called_it_stays_words(
    before: Series, after: Series, name: str
) -> None:
    diff = compare_projects(_routine(Rung(before, name)), _routine(Rung(after, name, name)))
    _words(page(diff, name, "<script>alert(1)</script>"))
    ET.fromstring(svg(diff, name, "<script>alert(1)</script>"))


def test_hostile_words_show_as_words() -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    found = RungDiff(
        None,
        Rung((), hostile, verbatim=hostile),
        None,
        1,
        (change(LogicKind.RUNG_ADDED, hostile),),
    )
    part = PartDiff((hostile,), Language.ST, None, None, found.changes, (found,))
    text = (LineDiff("+", hostile, None, 1),)
    other = PartDiff((hostile, "x"), Language.ST, None, None, (), (), text)
    diff = ProjectDiff((part, other), (Rename(hostile, hostile, 2),), (hostile,))
    assert _words(page(diff, hostile, hostile)).count("onerror") >= 8
    assert "onerror" in "".join(ET.fromstring(svg(diff, hostile, hostile)).itertext())


def test_text_parts_stand_with_both_numbers_and_their_gaps() -> None:
    lines = (
        LineDiff(" ", "a := 1;", 1, 1),
        LineDiff("-", "b := 2;", 2, None),
        LineDiff("+", "b := 3;", None, 2),
        LineDiff(" ", "z := 9;", 40, 40),
    )
    told = (change(LogicKind.SETPOINT, "line 2: 2 became 3", 2),)
    part = PartDiff(("Main",), Language.ST, None, None, told, (), lines)
    html = page(project(part), "a", "b")
    assert '<tr class="removed"><td class="at">2</td><td class="at"></td>' in html
    assert '<tr class="added"><td class="at"></td><td class="at">2</td>' in html
    assert html.count('<tr class="gap">') == 1


def test_a_routine_that_came_or_went_is_drawn_whole() -> None:
    rungs = [rung("XIC(a)OTE(b);"), rung("XIC(c)OTE(d);")]
    nothing = Project("test/1", "Press", ())
    came = page(compare_projects(nothing, _routine(*rungs)), "a", "b")
    went = page(compare_projects(_routine(*rungs), nothing), "a", "b")
    assert came.count('<g class="badge added">') == 4
    assert went.count('<g class="badge removed">') == 4
    assert "rung 2, none before: d" in _words(came)
    assert "rung 2 before, none now: d" in _words(went)


@pytest.mark.timeout(60)
def test_thousands_of_changes_stay_usable_and_what_is_left_out_is_counted() -> None:
    old = [rung(f"XIC(a{n})OTE(b{n});") for n in range(1500)]
    new = [rung(f"XIO(a{n})OTE(b{n});") for n in range(1500)]
    diffs = [
        RungDiff(
            one,
            other,
            number,
            number,
            (change(LogicKind.INVERTED_CONTACT, f"contact a{number}"),),
            {(0,): LogicKind.INVERTED_CONTACT},
            {(0,): LogicKind.INVERTED_CONTACT},
        )
        for number, (one, other) in enumerate(zip(old, new, strict=True), 1)
    ]
    diff = project(ladder_part(*diffs))
    html = page(diff, "a", "b")
    words = _words(html)
    assert "Rungs and charts that this page does not draw: 389." in words
    assert "Rungs and charts that are not drawn here: 389." in svg(diff, "a", "b")
    assert "contact a1500" in words, "a rung that is not drawn is told nevertheless"
    assert len(html) < 6_000_000


def test_equal_projects_give_a_page_that_says_so() -> None:
    assert "No difference." in _words(page(ProjectDiff(()), "a", "b"))
    assert "No rung and no chart differs." in svg(ProjectDiff(()), "a", "b")


def test_the_page_says_when_only_words_differ() -> None:
    told = LogicChange(LogicKind.COMMENT, Severity.INFO, "comment changed")
    part = PartDiff(("Main",), Language.LADDER, None, None, (told,))
    assert "What the controller does is the same" in page(project(part), "a", "b")


def test_one_huge_rung_does_not_take_the_place_of_the_others() -> None:
    told = (change(LogicKind.RUNG_ADDED, "rung 1 added"),)
    huge = RungDiff(None, rung("XIC(a)" * 3000 + "OTE(b);"), None, 1, told)
    html = page(project(ladder_part(huge, inverted_guard())), "a", "b")
    assert "Rungs and charts that this page does not draw: 1." in html
    assert "rung 1 added" in html
    assert '<g class="badge added">' in html
