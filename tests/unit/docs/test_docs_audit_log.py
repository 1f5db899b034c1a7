"""Every command is in one of two lists: what the audit log keeps of it, or why it keeps nothing."""

import inspect
import re
from importlib import import_module

import pytest

from ccontrol.cli.lazily import Commands
from tests.unit.docs.program import ROOT, commands

PAGE = (ROOT / "docs" / "reference" / "audit-log.md").read_text("utf-8")
RECORDED_PART, _, UNRECORDED_PART = PAGE.partition("## Not recorded")
_ROW = re.compile(r"^\| `([a-z -]+)` \| \S", re.MULTILINE)
_RECORDS = re.compile(
    r"\b(?:audit|audit_all|record_pause|end_pause|table\.sign|table\.note|decide|Daemon)\("
)
RECORDED, UNRECORDED = _ROW.findall(RECORDED_PART), _ROW.findall(UNRECORDED_PART)


def leaves() -> set[str]:
    """Every command that does something by itself."""
    return {words for words, found in commands().items() if not hasattr(found, "commands")}


def test_each_command_stands_in_exactly_one_of_the_two_lists() -> None:
    assert sorted([*RECORDED, *UNRECORDED]) == sorted(leaves())


def source_of(words: str) -> str:
    """The source of the module that a command lies in."""
    group, _, name = words.partition(" ")
    found = Commands()[group]
    command = found.commands[name] if name else found
    module = import_module(inspect.unwrap(command.callback).__module__)
    return inspect.getsource(module)


@pytest.mark.parametrize("words", RECORDED)
def test_what_is_said_to_be_recorded_is_recorded_somewhere_in_its_module(words: str) -> None:
    assert _RECORDS.search(source_of(words)), f"nothing in the module of `{words}` writes a line"
