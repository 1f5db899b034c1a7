"""The real daemon, measured by a real client while a controller changes."""

import re
import urllib.request
from dataclasses import replace
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families as parsed

from ccontrol.canonical.witness import Handed
from ccontrol.config.settings import EngineSettings
from ccontrol.model.controller import Schedule
from tests.e2e.engine_plant import CLOCK, ROOT, daemon, make_plant, wait_until
from tests.e2e.sensor_client import sensor
from tests.e2e.test_alerts import siem
from tests.unit.alerts.receivers import HERE, closed_port
from tests.unit.poll.toy import Plc, controller, serving
from tests.unit.store.heard import watch

Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def numbers(port: int) -> Numbers:
    with urllib.request.urlopen(f"http://{HERE}:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parsed(text)
        for sample in family.samples
    }


def value(found: Numbers, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


def test_the_daemon_tells_numbers_that_move_and_the_docs_list_them(
    plc: Plc, tmp_path: Path
) -> None:
    port, dead, door = closed_port(), closed_port(), tmp_path / "witness"
    schedule = Schedule(glance_s=1, full_s=86_400, settle_s=0, stale_after_s=3_600)
    with serving(plc) as asked:
        plant = make_plant(tmp_path, controller(asked, schedule=schedule))
        plant.enrol("press-1")
        plant = replace(
            plant,
            site=replace(plant.site, alerts=(siem(dead),)),
            engine=EngineSettings(metrics=(HERE, port), witness_socket=door),
        )
        with daemon(plant) as running:
            wait_until(lambda: bool(answered(port)))
            wait_until(lambda: value(numbers(port), "ccontrol_commits_total", site="north") == 1)
            plc.mode = "stop"
            wait_until(lambda: value(numbers(port), "ccontrol_commits_total", site="north") == 2)
            wait_until(
                lambda: (
                    value(numbers(port), "ccontrol_alerts_waiting", site="north", channel="siem")
                    >= 1
                )
            )
            wait_until(door.exists)
            with sensor(door) as client:
                client.whom()
                client.say(Handed(1, watch(CLOCK.now())))
                client.kept_up_to(1)
                found = numbers(port)
            moved = replace(plant, engine=EngineSettings(metrics=(HERE, other := closed_port())))
            running.reload(moved)
            wait_until(lambda: bool(answered(other)))
    assert value(found, "ccontrol_polls_total", site="north", outcome="changed") == 2
    assert value(found, "ccontrol_controllers_enrolled", site="north") == 1
    assert value(found, "ccontrol_store_trouble", site="north") == 0
    assert value(found, "ccontrol_site_open", site="north") == 1
    assert 0 <= value(found, "ccontrol_oldest_poll_age_seconds", site="north") < 60
    assert value(found, "ccontrol_requests_total", site="north") > 0
    lo = {"site": "north", "kind": "sensor", "witness": "span-a"}
    assert value(found, "ccontrol_witness_present", **lo) == 1
    assert value(found, "ccontrol_witness_heard_total", **lo) == 100
    assert value(found, "ccontrol_witness_last_watch_timestamp_seconds", **lo) > 0
    told = {name for name, _ in found} | {"ccontrol_findings"}  # none stands here
    assert told == documented()


def answered(port: int) -> Numbers:
    try:
        return numbers(port)
    except OSError:
        return {}


def documented() -> set[str]:
    page = (ROOT / "docs" / "alerts.md").read_text()
    (table,) = re.findall(r"^## Metrics$(.*?)^## ", page, re.DOTALL | re.MULTILINE)
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}
