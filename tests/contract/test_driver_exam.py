"""The exam that every driver passes before it ships. It knows no family: see examinees.py."""

import asyncio
import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ccontrol.canonical.render import render
from ccontrol.clock import SystemClock
from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.api import Ask, Driver
from ccontrol.drivers.registry import DRIVERS, driver
from ccontrol.errors import DriverError
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.capture import OWN_END, Capture
from ccontrol.model.change import Kind
from ccontrol.model.controller import Budget, Controller
from ccontrol.model.secret import Seal
from ccontrol.model.state import State
from tests.contract.allowance import AMPLE, QUICK, CountingPace
from tests.contract.examinees import EXAMINEES, Examinee, Plant
from tests.contract.relay import Mischief, Relay

SEAL = Seal(b"exam" * 8)
SLACK_S = 10.0
"""For a busy machine. What these tests look for takes a minute, or never ends."""
FOLDER = Path(__file__).parent.parent.parent / "ccontrol" / "drivers"


@dataclass
class Bench:
    """One driver at one plant, with a relay in between for each poll."""

    examinee: Examinee
    plant: Plant
    driver: Driver
    budget: Budget = AMPLE
    pace: CountingPace = field(default_factory=CountingPace)

    def poll(
        self,
        depth: Depth,
        relay: Relay | None = None,
        known: Mapping[str, str] | None = None,
        options: object = None,
    ) -> Capture:
        """Poll once through the relay."""
        relay = relay or Relay()

        async def story() -> Capture:
            async with relay.before(self.plant.host, self.plant.port) as (host, port):
                controller = Controller(
                    "exam", "north", "hall-1", self.examinee.family, host, port,
                    budget=self.budget, options=options or self.examinee.options,
                )  # fmt: skip
                ask = Ask(depth, known or {})
                return await self.driver.collect(controller, ask, self.pace, SystemClock())

        return uvloop.run(story())

    def state(self, capture: Capture, before: State | None = None) -> State:
        """What is known after this poll."""
        return merge(before, self.driver.interpret(capture, SEAL))

    def known(self, state: State) -> dict[str, str]:
        """What the engine would hand over: the fingerprint of each unit."""
        units = ((unit_id, known.unit) for unit_id, known in state.units.items())
        return {str(unit_id): unit.fingerprint for unit_id, unit in units if unit is not None}


@pytest.fixture(params=EXAMINEES, ids=lambda examinee: examinee.family)
def examinee(request: pytest.FixtureRequest) -> Examinee:
    return cast("Examinee", request.param)


@pytest.fixture
def bench(examinee: Examinee) -> Iterator[Bench]:
    with examinee.plant() as plant:
        fresh = type(driver(examinee.family))()
        yield Bench(examinee, plant, fresh)
        assert plant.violations() == 0


def test_every_family_sits_the_exam() -> None:
    assert {examinee.family for examinee in EXAMINEES} == set(DRIVERS)


# --- it only reads


@pytest.mark.parametrize("depth", Depth)
def test_nothing_but_the_services_of_its_manifest_is_ever_sent(bench: Bench, depth: Depth) -> None:
    relay = Relay()
    assert bench.poll(depth, relay).fault is None
    asked = bench.examinee.services(bytes(relay.sent))
    assert asked <= set(bench.driver.manifest.services)


def test_every_service_of_its_manifest_is_in_its_readme(examinee: Examinee) -> None:
    readme = (FOLDER / examinee.family / "README.md").read_text()
    missing = [one for one in driver(examinee.family).manifest.services if one not in readme]
    assert missing == []


@pytest.mark.parametrize("mischief", [Mischief.RUBBISH, Mischief.CUT_MIDWAY])
def test_nothing_but_reads_is_sent_when_things_go_wrong(bench: Bench, mischief: Mischief) -> None:
    for at_answer in range(1, 12):
        relay = Relay(mischief, at_answer)
        bench.poll(Depth.FULL, relay)
        assert bench.examinee.services(bytes(relay.sent)) <= set(bench.driver.manifest.services)


def test_one_connection_and_one_question_at_a_time(bench: Bench) -> None:
    relay = Relay()
    bench.poll(Depth.FULL, relay)
    assert relay.connections == 1
    assert relay.turns[::2] == ["driver"] * len(relay.turns[::2])
    assert relay.turns[1::2] == ["controller"] * len(relay.turns[1::2])


@pytest.mark.parametrize("mischief", [Mischief.NONE, Mischief.CUT])
def test_our_own_end_of_the_connection_is_noted(bench: Bench, mischief: Mischief) -> None:
    """Else a witness that overhears the poll would take it for somebody else's."""
    relay = Relay(mischief, at_answer=2)
    assert dict(bench.poll(Depth.GLANCE, relay).notes)[OWN_END] == relay.came_from


def test_every_request_takes_its_turn_and_is_counted(bench: Bench) -> None:
    relay = Relay()
    capture = bench.poll(Depth.FULL, relay)
    assert capture.requests == bench.pace.turns == relay.turns.count("driver")
    assert capture.bytes_sent == len(relay.sent)


def test_a_pause_lets_no_further_request_out(bench: Bench) -> None:
    relay = Relay()
    bench.pace = CountingPace(most=4)
    capture = bench.poll(Depth.FULL, relay)
    assert capture.fault_class == "PausedError"
    assert relay.turns.count("driver") == 4


def test_the_cheap_depths_cost_what_the_manifest_says(bench: Bench) -> None:
    loads = bench.driver.manifest.loads
    assert set(loads) == set(Depth)
    for depth in (Depth.GLANCE, Depth.DIAGNOSTICS):
        assert bench.poll(depth).requests <= int(loads[depth].requests)


# --- it tells the same of the same


@pytest.mark.parametrize("depth", Depth)
def test_an_unchanged_controller_gives_the_same_facts_byte_for_byte(
    bench: Bench, depth: Depth
) -> None:
    first, second = (bench.state(bench.poll(depth)) for _ in range(2))
    assert render(first, "hall-1") == render(second, "hall-1")
    assert compare(first, second).changes == ()


def test_a_glance_and_an_inventory_after_a_full_read_change_nothing(bench: Bench) -> None:
    state = bench.state(bench.poll(Depth.FULL))
    for depth in (Depth.GLANCE, Depth.DIAGNOSTICS, Depth.INVENTORY):
        capture = bench.poll(depth, known=bench.known(state))
        assert compare(state, bench.state(capture, state)).changes == ()


def test_an_inventory_finds_what_a_full_read_finds(bench: Bench) -> None:
    state = bench.state(bench.poll(Depth.FULL))
    bench.plant.change()
    by_inventory = bench.state(bench.poll(Depth.INVENTORY, known=bench.known(state)), state)
    by_full = bench.state(bench.poll(Depth.FULL), state)
    assert compare(state, by_inventory).changes != ()
    assert compare(by_inventory, by_full).changes == ()


def test_a_capture_is_interpreted_the_same_every_time(bench: Bench) -> None:
    capture = bench.poll(Depth.FULL)
    assert bench.driver.interpret(capture, SEAL) == bench.driver.interpret(capture, SEAL)


# --- it survives the line


HARMLESS = {Kind.LOST_SIGHT}


def holds(bench: Bench, capture: Capture, before: State) -> None:
    """A poll that broke says so, and nothing that was known is gone or changed by it."""
    assert capture.fault is not None
    assert issubclass(getattr(__import__("ccontrol.errors").errors, capture.fault_class), Exception)
    changes = compare(before, bench.state(capture, before)).changes
    assert {change.kind for change in changes} <= HARMLESS, changes


@pytest.mark.parametrize("mischief", [Mischief.CUT, Mischief.CUT_MIDWAY])
@pytest.mark.parametrize("depth", [Depth.GLANCE, Depth.INVENTORY])
def test_a_line_cut_after_any_answer_takes_nothing_away(
    bench: Bench, depth: Depth, mischief: Mischief
) -> None:
    state = bench.state(bench.poll(Depth.FULL))
    whole = Relay()
    bench.poll(depth, whole)
    for at_answer in range(1, whole.answers + 1):
        capture = bench.poll(depth, Relay(mischief, at_answer))
        holds(bench, capture, state)


@pytest.mark.parametrize(
    "mischief", [Mischief.SILENCE, Mischief.TRICKLE, Mischief.ENDLESS, Mischief.RUBBISH]
)
@pytest.mark.parametrize("at_answer", [1, 2, 5, 9])
def test_a_hostile_controller_costs_no_more_than_the_time_allowed(
    bench: Bench, mischief: Mischief, at_answer: int
) -> None:
    state = bench.state(bench.poll(Depth.FULL))
    bench.budget = QUICK
    began = time.monotonic()
    capture = bench.poll(Depth.FULL, Relay(mischief, at_answer))
    took = (capture.ended_at - capture.started_at).total_seconds()
    assert took < QUICK.answer_timeout_s + SLACK_S
    assert time.monotonic() - began < QUICK.answer_timeout_s + 2 * SLACK_S
    holds(bench, capture, state)


def test_slow_answers_are_cut_off_by_the_deadline_of_the_poll(bench: Bench) -> None:
    class Slow(CountingPace):
        async def turn(self) -> None:
            await super().turn()
            await asyncio.sleep(0.1 if self.turns < 4 else 2 * SLACK_S)

    bench.pace = Slow()
    bench.budget = replace(AMPLE, time_limit_s=1.0)
    capture = bench.poll(Depth.FULL)
    assert capture.fault_class == "OverBudgetError"
    assert (capture.ended_at - capture.started_at).total_seconds() < 1.0 + SLACK_S


def test_the_bytes_of_a_poll_are_limited(bench: Bench) -> None:
    bench.budget = replace(AMPLE, bytes_limit=600)
    capture = bench.poll(Depth.FULL)
    assert capture.fault_class == "OverBudgetError"
    assert capture.bytes_received < 600 + 65_536


def test_no_controller_at_all_is_a_capture_too(bench: Bench) -> None:
    bench.plant = replace(bench.plant, port=1)
    capture = bench.poll(Depth.GLANCE)
    assert capture.fault_class == "UnreachableError"
    assert bench.driver.interpret(capture, SEAL).usable is False


@given(rubbish=st.binary(min_size=1, max_size=300), at_answer=st.integers(1, 8))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rubbish_in_place_of_an_answer_is_a_fact_in_the_capture(
    bench: Bench, rubbish: bytes, at_answer: int
) -> None:
    relay = Relay(Mischief.RUBBISH, at_answer, rubbish)
    capture = bench.poll(Depth.GLANCE, relay)
    bench.driver.interpret(capture, SEAL)
    if at_answer <= min(5, relay.answers):  # a glance of some families ends before the fifth
        assert capture.fault is not None


# --- it keeps secrets, and says what it is


@pytest.fixture(
    params=[one for one in EXAMINEES if one.locked], ids=lambda examinee: examinee.family
)
def lockable(request: pytest.FixtureRequest) -> Examinee:
    return cast("Examinee", request.param)


def test_no_password_is_in_the_capture_in_any_form_that_was_sent(lockable: Examinee) -> None:
    assert lockable.locked is not None
    with lockable.locked.plant() as plant:
        bench = Bench(lockable, plant, type(driver(lockable.family))())
        relay = Relay()
        capture = bench.poll(Depth.FULL, relay, options=lockable.locked.options)
        assert capture.fault is None
        assert bench.examinee.services(bytes(relay.sent)) - bench.examinee.services(
            bytes(unlocked(lockable).sent)
        )
        assert lockable.locked.password not in repr(capture)
        assert plant.violations() == 0


def unlocked(examinee: Examinee) -> Relay:
    """The same poll of a controller that wants no password."""
    relay = Relay()
    with examinee.plant() as plant:
        Bench(examinee, plant, type(driver(examinee.family))()).poll(Depth.FULL, relay)
    return relay


def test_a_password_is_not_sent_where_none_is_configured(lockable: Examinee) -> None:
    assert lockable.locked is not None
    with lockable.locked.plant() as plant:
        bench = Bench(lockable, plant, type(driver(lockable.family))())
        relay = Relay()
        assert bench.poll(Depth.FULL, relay).fault is None
        asked = bench.examinee.services(bytes(relay.sent))
        assert not [one for one in asked if "password" in one]


def test_a_family_without_passwords_has_neither_setting_nor_service_for_one(
    examinee: Examinee,
) -> None:
    its = driver(examinee.family)
    told = {*its.options.model_fields, *its.manifest.services}
    assert any("password" in one for one in told) == (examinee.locked is not None)


def test_the_manifest_names_its_family_and_proves_its_claims(examinee: Examinee) -> None:
    manifest = driver(examinee.family).manifest
    assert manifest.family == examinee.family
    assert set(manifest.proof) == set(manifest.strengths) <= set(Aspect)
    assert set(manifest.proof.values()) <= {"simulator", "capture", "hardware"}


def test_a_snapshot_never_claims_more_than_the_manifest(bench: Bench) -> None:
    order = [*type(next(iter(bench.driver.manifest.strengths.values())))]
    snapshot = bench.driver.interpret(bench.poll(Depth.FULL), SEAL)
    for aspect, strength in snapshot.strengths.items():
        assert order.index(strength) >= order.index(bench.driver.manifest.strengths[aspect])
    assert {finding.code for finding in snapshot.findings} <= set(bench.driver.manifest.findings)


def test_its_settings_have_defaults_and_refuse_what_they_do_not_know(examinee: Examinee) -> None:
    table = driver(examinee.family).options
    driver(examinee.family).freeze(table())
    with pytest.raises(ValidationError):
        table.model_validate({"no_such_setting": 1})


def test_its_sample_shows_every_setting_with_its_default(examinee: Examinee) -> None:
    schema, name = driver(examinee.family).options, examinee.family
    text = (FOLDER / name / "sample.toml").read_text()
    sample = tomllib.loads(text)[name]
    shown = set(re.findall(r"^(?:# )?(\w+) = ", text, re.MULTILINE))
    assert shown == set(schema.model_fields)
    assert schema.model_validate(sample) == schema()


def test_its_readme_tells_every_setting(examinee: Examinee) -> None:
    readme = (FOLDER / examinee.family / "README.md").read_text()
    fields = driver(examinee.family).options.model_fields
    assert [name for name in fields if f"`{name}`" not in readme] == []


def test_errors_of_a_driver_tell_the_next_step() -> None:
    for error in DriverError.__subclasses__():
        assert error.hint
