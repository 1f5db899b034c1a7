"""The table of the configuration: what it takes, and what it refuses with a reason."""

import pytest
from pydantic import ValidationError

from ccontrol.drivers.logix.options import LogixOptions, LogixTable, frozen


def test_nothing_configured_is_slot_0_of_its_own_chassis() -> None:
    assert frozen(LogixTable()) == LogixOptions()


def test_what_is_configured_is_kept_sorted_and_once() -> None:
    table = LogixTable(
        route="1/3/2/192.168.1.5/1/0",
        slots=[4, 1, 4],
        redundant=True,
        audit_tag="Program:Main.AuditCopy",
        safety_tags=["B", "A"],
        routine_fingerprints=True,
    )
    assert frozen(table) == LogixOptions(
        ((1, "3"), (2, "192.168.1.5"), (1, "0")), (1, 4), True, "Program:Main.AuditCopy",
        ("A", "B"), True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("route", "1"),
        ("route", "backplane/0"),
        ("route", "1/256"),
        ("slots", [32]),
        ("slots", [-1]),
        ("audit_tag", "Two Words"),
        ("audit_tag", "Tag[0]"),
        ("audit_tag", "1st"),
        ("safety_tags", [""]),
        ("redundant", "yes"),
    ],
)
def test_what_makes_no_sense_is_refused(setting: str, value: object) -> None:
    with pytest.raises(ValidationError):
        LogixTable.model_validate({setting: value})


def test_the_table_of_another_family_is_refused() -> None:
    from ccontrol.drivers.s7.options import S7Table  # noqa: PLC0415 — a stranger, for once

    with pytest.raises(TypeError, match="S7Table"):
        frozen(S7Table())
