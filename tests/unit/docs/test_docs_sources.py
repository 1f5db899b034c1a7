"""Every action and every weakness that an event can have stands in the pages about sources."""

import re
from pathlib import Path

from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.logs.suricata import WEAKNESSES
from ccontrol.sources.logs.zeek_logs import LOGS
from ccontrol.sources.syslog import hearing, schneider, siemens
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
    used |= {*hearing.WEAKNESSES}
    codes = page("README.md").partition("## Weaknesses")[2]
    explained = set(re.findall(r"^\| `([a-z]+(?:-[a-z]+)*)` \|", codes, re.MULTILINE))
    assert explained == used


def test_every_log_and_every_port_is_told() -> None:
    assert all(f"`{name}`" in page("zeek.md") for name in LOGS)
    assert all(f"| {port} |" in page("wire.md") for port in PORTS)
    assert all(f"`{name}`" in page("suricata.md") for name in WEAKNESSES)


def test_every_message_of_syslog_that_means_something_is_told() -> None:
    rows = {
        f"| `{name}` | `{row.action}` | {row.answer or 'begun'} | {row.reach.value} |"
        for table in (siemens.TABLE, schneider.TABLE)
        for name, row in table.items()
    }
    told = {line for line in page("syslog.md").splitlines() if re.match(r"\| `(SE_|Succ)", line)}
    assert told == rows


def test_every_page_is_in_the_list() -> None:
    listed = page("README.md")
    pages = [path.name for path in Path(PAGES).glob("*.md") if path.name != "README.md"]
    assert all(f"({name})" in listed for name in pages)
