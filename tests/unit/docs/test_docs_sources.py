"""Every action and every weakness that an event can have stands in the pages about sources."""

import re
from pathlib import Path

from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.logs.suricata import WEAKNESSES
from ccontrol.sources.logs.zeek_logs import LOGS
from ccontrol.sources.wire.protocols import PORTS
from tests.unit.docs.program import ROOT

PAGES = ROOT / "docs" / "sources"


def page(name: str) -> str:
    return (PAGES / name).read_text("utf-8")


def test_every_action_is_told_with_its_effect_and_techniques() -> None:
    rows = {
        f"| `{name}` | {meaning.effect.value} | {meaning.words} "
        f"| {', '.join(meaning.techniques) or 'none'} |"
        for name, meaning in ACTIONS.items()
    }
    told = {line for line in page("README.md").splitlines() if re.match(r"\| `[a-z]+\.", line)}
    assert told == rows


def test_every_weakness_is_explained_and_every_explained_one_exists() -> None:
    used = {code for kind in LOGS.values() for code in kind.weaknesses}
    used |= {code for codes in WEAKNESSES.values() for code in codes}
    explained = set(re.findall(r"^\| `([a-z]+(?:-[a-z]+)+)` \|", page("README.md"), re.MULTILINE))
    assert explained == used


def test_every_log_and_every_port_is_told() -> None:
    assert all(f"`{name}`" in page("zeek.md") for name in LOGS)
    assert all(f"| {port} |" in page("wire.md") for port in PORTS)
    assert all(f"`{name}`" in page("suricata.md") for name in WEAKNESSES)


def test_every_page_is_in_the_list() -> None:
    listed = page("README.md")
    pages = [path.name for path in Path(PAGES).glob("*.md") if path.name != "README.md"]
    assert all(f"({name})" in listed for name in pages)
