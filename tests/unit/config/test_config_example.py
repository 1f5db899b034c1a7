"""config.example.toml is assembled, complete, says the defaults, and can be loaded.

To write it anew: .venv/bin/python -m tests.unit.config.test_config_example
"""

import re
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from pydantic import BaseModel

from ccontrol.cli.starting_files import configuration
from ccontrol.config.alert_schema import (
    AlertTable,
    MailTable,
    MqttTable,
    ProgramTable,
    SyslogTable,
    WebhookTable,
)
from ccontrol.config.behaviour_schema import BehaviourTable
from ccontrol.config.example import assemble
from ccontrol.config.load import load, parse
from ccontrol.config.people_schema import PeopleTable
from ccontrol.config.policy_schema import PolicyTable
from ccontrol.config.schema import (
    BudgetTable,
    ControllerTable,
    EngineTable,
    FolderTable,
    ScheduleTable,
    SiteTable,
    StoreTable,
)
from ccontrol.config.secrets import withheld
from ccontrol.config.settings import EngineSettings
from ccontrol.config.syslog_schema import ListenerTable, SenderTable
from ccontrol.drivers.registry import DRIVERS, driver
from ccontrol.model.controller import Budget, Schedule
from ccontrol.store.vault import new_identity

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "config.example.toml"
FAMILIES = {family: driver(family) for family in DRIVERS}


def assembled() -> str:
    return assemble(
        {
            family: (ROOT / "ccontrol" / "drivers" / family / "sample.toml").read_text()
            for family in DRIVERS
        },
        {family: each.manifest.default_port for family, each in FAMILIES.items()},
    )


def test_the_example_is_assembled_from_the_drivers_samples() -> None:
    assert EXAMPLE.read_text() == assembled()


def test_the_example_can_be_loaded_and_says_the_defaults() -> None:
    config = load(EXAMPLE, FAMILIES, secrets=withheld)
    (site,) = config.sites
    assert config.engine == EngineSettings()
    for controller in site.controllers:
        assert controller.schedule == Schedule()
        assert controller.budget == Budget()
        family = FAMILIES[controller.family]
        assert controller.options == family.freeze(family.options())
        assert controller.port == family.manifest.default_port
    assert {controller.family for controller in site.controllers} == set(DRIVERS)
    defaults = {
        name: field.default
        for name, field in StoreTable.model_fields.items()
        if not field.is_required()
    }
    assert {name: asdict(site.store)[name] for name in defaults} == defaults


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("engine", EngineTable),
        ("site", SiteTable),
        ("site.store", StoreTable),
        ("site.defaults.schedule", ScheduleTable),
        ("site.defaults.budget", BudgetTable),
        ("site.controller", ControllerTable),
        ("site.folder", FolderTable),
        ("site.alert", AlertTable),
        ("site.alert.syslog", SyslogTable),
        ("site.alert.mail", MailTable),
        ("site.alert.webhook", WebhookTable),
        ("site.alert.mqtt", MqttTable),
        ("site.alert.exec", ProgramTable),
        ("site.syslog", ListenerTable),
        ("site.behaviour", BehaviourTable),
        ("site.people", PeopleTable),
        ("site.syslog.sender", SenderTable),
        ("site.policy", PolicyTable),
        *((f"site.controller.{family}", each.options) for family, each in FAMILIES.items()),
    ],
)
def test_the_example_shows_every_setting(table: str, model: type[BaseModel]) -> None:
    section = re.split(r"^\[+([a-z0-9_.]+)\]+.*$", EXAMPLE.read_text(), flags=re.MULTILINE)
    text = section[section.index(table) + 1]
    shown = re.findall(r"^(?:# )?([a-z_0-9]+) = ", text, re.MULTILINE)
    assert set(model.model_fields) <= set(shown)


def test_nothing_in_the_example_is_a_secret() -> None:
    written = tomllib.loads(EXAMPLE.read_text())
    assert written["site"][0]["store"]["seal_key"] == {"file": "keys/seal-key"}


def test_what_init_writes_has_no_faults_for_any_number_of_sites() -> None:
    text = configuration(["north", "south"], new_identity().recipient)
    config = parse(text, Path("/nowhere/ccontrol.toml"), FAMILIES, withheld)
    assert [site.name for site in config.sites] == ["north", "south"]


def test_the_controller_in_what_init_writes_can_be_switched_on() -> None:
    text = configuration(["north"], new_identity().recipient)
    begun = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)
    assert begun != text
    config = parse(begun, Path("/nowhere/ccontrol.toml"), FAMILIES, withheld)
    assert [controller.id for controller in config.sites[0].controllers] == ["press-3"]


if __name__ == "__main__":
    EXAMPLE.write_text(assembled())
