"""docs/reference/configuration.md names every setting with its default and bounds, and no other."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ccontrol.config.alert_schema import (
    AlertTable,
    MailTable,
    MqttTable,
    ProgramTable,
    SyslogTable,
    WebhookTable,
)
from ccontrol.config.behaviour_schema import BehaviourTable
from ccontrol.config.faults import wanted
from ccontrol.config.log_schema import CosignerTable, LogTable
from ccontrol.config.people_schema import PeopleTable
from ccontrol.config.policy_schema import PolicyTable, TimeTable
from ccontrol.config.schema import (
    BudgetTable,
    ControllerTable,
    EngineTable,
    FolderTable,
    ScheduleTable,
    SiteTable,
    StoreTable,
)
from ccontrol.config.source_schema import SourceTable
from ccontrol.config.syslog_schema import ListenerTable, SenderTable
from ccontrol.config.timestamp_schema import TimestampsTable
from ccontrol.drivers.registry import DRIVERS, driver

REFERENCE = (Path(__file__).parents[3] / "docs" / "reference" / "configuration.md").read_text()
TABLES: dict[str, type[BaseModel]] = {
    "[engine]": EngineTable,
    "[[site]]": SiteTable,
    "[site.store]": StoreTable,
    "[[site.controller]]": ControllerTable,
    "[[site.folder]]": FolderTable,
    "[[site.alert]]": AlertTable,
    "[[site.source]]": SourceTable,
    "[site.alert.syslog]": SyslogTable,
    "[site.alert.mail]": MailTable,
    "[site.alert.webhook]": WebhookTable,
    "[site.alert.mqtt]": MqttTable,
    "[site.alert.exec]": ProgramTable,
    "[site.behaviour]": BehaviourTable,
    "[site.people]": PeopleTable,
    "[site.log]": LogTable,
    "[[site.log.cosigner]]": CosignerTable,
    "[site.timestamps]": TimestampsTable,
    "[site.syslog]": ListenerTable,
    "[[site.syslog.sender]]": SenderTable,
    "[site.policy]": PolicyTable,
    "[site.policy.working]": TimeTable,
    "[site.controller.schedule]": ScheduleTable,
    "[site.controller.budget]": BudgetTable,
    **{f"[site.controller.{family}]": driver(family).options for family in DRIVERS},
}
IN_WORDS = {
    "port": {"the family's", "the transport's"},
    "password": {"none"},
    "time_limit_s": {"as it needs"},
    "details": {"by kind"},
    "ca_file": {"this host's"},
    **{key: {"none"} for key in ("udp", "tcp", "tls", "certificate", "key", "client_ca")},
    "cert_file": {"none"},
    "client_key": {"none"},
    "time_zone": {"the site's"},
}


def rows(heading: str) -> dict[str, tuple[str, str]]:
    """Return default and bounds by setting, of the table below a heading."""
    (section,) = re.findall(
        rf"^#+ `{re.escape(heading)}`$(.*?)(?=^#|\Z)", REFERENCE, re.DOTALL | re.MULTILINE
    )
    cells = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return {
        name.strip().strip("`"): (default.strip(), unit.strip()) for name, default, unit, _ in cells
    }


SETTINGS = [
    pytest.param(heading, name, field, id=f"{heading} {name}")
    for heading, model in TABLES.items()
    for name, field in model.model_fields.items()
]


@pytest.mark.parametrize("heading", TABLES)
def test_a_table_lists_its_settings_and_no_others(heading: str) -> None:
    assert list(rows(heading)) == list(TABLES[heading].model_fields)


@pytest.mark.parametrize(("heading", "name", "field"), SETTINGS)
def test_a_setting_is_listed_with_its_default(heading: str, name: str, field: FieldInfo) -> None:
    written, _ = rows(heading)[name]
    if field.is_required():
        assert written == ""
    elif field.default is None:
        assert written in IN_WORDS[name]
    else:
        value = tomllib.loads(f"it = {written.strip('`')}")["it"]
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        assert (value, type(value)) == (default, type(default)) or value == str(default)


@pytest.mark.parametrize(("heading", "name", "field"), SETTINGS)
def test_a_setting_is_listed_with_its_bounds(heading: str, name: str, field: FieldInfo) -> None:
    _, unit = rows(heading)[name]
    want = wanted(field.annotation, field.metadata)
    if want.startswith("a number "):
        low, high = want.removeprefix("a number ").split("..")
        written = re.search(r"([\d.]+?)\.\.([\d.]+)$", unit)
        assert written is not None
        assert (float(written[1]), float(written[2])) == (float(low), float(high))
    elif want.startswith("one of "):
        assert unit.replace("`", "").replace('"', "'") == want.removeprefix("one of ")
    elif "characters" in want:
        assert want.removeprefix("a text of ") in unit or name == "family"


def test_no_table_is_listed_that_does_not_exist() -> None:
    listed = set(re.findall(r"^#+ `(\[.*\])`$", REFERENCE, re.MULTILINE))
    assert listed == {*TABLES, "[site.defaults]"}
