"""Rules from TOML: where they stand, what they change in each other, what is wrong with them."""

import zoneinfo
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.config.load import parse
from ccontrol.config.policies import MOST_RULES, built_in, of_files
from ccontrol.config.secrets import withheld
from ccontrol.config.settings import Config
from ccontrol.errors import ConfigError
from ccontrol.model.judgement import Severity
from tests.unit.config.families import FAMILIES
from tests.unit.policy.cases import read as read_policy

BEGIN = """
[[site]]
name = "north"
[site.store]
path = "store"
signing_key = { file = "key" }
seal_key = { env = "SEAL" }
"""
CHANGES_NOTHING = "no rule has this id to change"
RULE = '[[rule]]\nid = "it"\nseverity = "high"\nreason = "so"\n'


def read(text: str, folder: Path) -> Config:
    return parse(text, folder / "ccontrol.toml", FAMILIES, withheld)


def faults_of(tmp_path: Path, text: str) -> tuple[str, ...]:
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        of_files((file,))
    return tuple(said.removeprefix(f"{file}, ") for said in caught.value.faults)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('when = { aspcet = ["program"] }', "{W}aspcet: unknown key; did you mean 'aspect'?"),
        (
            'when = { kind = ["chnaged"] }',
            "{W}kind[0]: no such word: 'chnaged'; did you mean 'changed'?",
        ),
        ('when = { kind = "changed" }', "{W}kind: want a list, got 'changed'"),
        ("when = { kind = [] }", "{W}kind: want 1 to 200 of them, got 0"),
        ("when = { unit = [3] }", "{W}unit[0]: want a text of at most 200 characters, got 3"),
        ("when = { any = [] }", "{W}any: want a list of tables, got a list"),
        ("when = { any = [1] }", "{W}any[0]: want a table, got 1"),
        (
            'when = { not = { orign = ["local"] } }',
            "{W}not.orign: unknown key; did you mean 'origin'?",
        ),
        (
            "when = { difference = {} }",
            "{W}difference: asks nothing; want name, before, after or became",
        ),
        (
            'when = { time = { hours = "6-18" } }',
            "{W}time.hours: want hours like \"06:00-18:00\", got '6-18'",
        ),
        (
            'when = { time = { time_zone = "Mars" } }',
            "{W}time.time_zone: no time zone: 'Mars'; want a name like Europe/Berlin",
        ),
        ("serverity = 1", "line 5, rule[it].serverity: unknown key; did you mean 'severity'?"),
        ("steps = 1", "line 1, rule[it]: want one of severity and steps, and steps not 0"),
        ('from = "low"', "line 1, rule[it]: from belongs to steps"),
        (
            'techniques = ["X1"]',
            "line 5, rule[it].techniques[0]: want the id of a technique like \"T0889\", got 'X1'",
        ),
        (RULE, "line 6, rule[it#2].id: 'it' is taken by rule[it] (capitals do not count)"),
        (
            '[[rule]]\nseverity = "low"\nreason = "x"',
            "table of line 5, rule[1].id: is missing; want a text",
        ),
        (
            '[[rule]]\nid = "program-chnged"\nseverity = "low"',
            f"line 6, rule[program-chnged].id: {CHANGES_NOTHING}; did you mean 'program-changed'?",
        ),
        ("[[rules]]", "line 5, rules: unknown key; did you mean 'rule'?"),
    ],
)
def test_a_fault_is_told_with_its_line_and_a_guess(tmp_path: Path, text: str, fault: str) -> None:
    told = fault.replace("{W}", "line 5, rule[it].when.")
    assert told in faults_of(tmp_path, f"{RULE}{text}")


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = f'{RULE}when = {{ kind = ["x"], orign = ["local"] }}\n[[rule]]\nid = "two"'
    assert len(faults_of(tmp_path, text)) >= 3


def test_groups_end_somewhere(tmp_path: Path) -> None:
    when = 'kind = ["changed"]'
    for _ in range(12):
        when = f"not = {{ {when} }}"
    (fault,) = faults_of(tmp_path, f"{RULE}when = {{ {when} }}")
    assert "groups stand in each other" in fault


def test_a_configuration_tells_the_faults_of_its_files_too(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(f"{RULE}nonsense = 1")
    text = f'{BEGIN}[site.policy]\nfiles = ["*.toml", "gone.toml"]\n'
    with pytest.raises(ConfigError) as caught:
        read(text, tmp_path)
    told = "\n".join(caught.value.faults)
    assert (
        f"site[north].policy.files: {tmp_path}/a.toml, line 5, rule[it].nonsense: unknown key"
        in told
    )
    assert "site[north].policy.files: there is no file 'gone.toml'" in told


def test_rules_of_a_site_stand_before_its_files_and_those_before_the_built_in_ones(
    tmp_path: Path,
) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.toml").write_text(RULE.replace('"it"', f'"of-{name}"'))
    own = RULE.replace("[[rule]]", "[[site.policy.rule]]")
    config = read(f'{BEGIN}[site.policy]\nfiles = ["*.toml"]\n{own}', tmp_path)
    policy = config.sites[0].policy
    assert policy is not None
    ids = [rule.id for rule in policy.rules]
    assert ids[:3] == ["it", "of-b", "of-a"]
    assert ids[3:] == [rule.id for rule in built_in().rules]
    assert [rule.told_in for rule in policy.rules[:4]] == ["site", "b.toml", "a.toml", "default"]


def test_a_later_rule_of_the_same_id_changes_the_earlier_one_key_by_key() -> None:
    found, faults = read_policy({"rule": [{"id": "stale", "severity": "low"}]})
    assert not faults
    assert found is not None
    (stale,) = (rule for rule in found.rules if rule.id == "stale")
    (before,) = (rule for rule in built_in().rules if rule.id == "stale")
    assert stale.severity is Severity.LOW
    assert (stale.reason, stale.when, stale.techniques) == (
        before.reason,
        before.when,
        before.techniques,
    )
    assert [rule.id for rule in found.rules] == [rule.id for rule in built_in().rules]


def test_a_rule_can_be_switched_off_and_a_weight_made_a_step() -> None:
    found, faults = read_policy(
        {"rule": [{"id": "stale", "off": True}, {"id": "restless", "steps": -1}]}
    )
    assert not faults
    assert found is not None
    by_id = {rule.id: rule for rule in found.rules}
    assert "stale" not in by_id
    assert (by_id["restless"].severity, by_id["restless"].steps) == (None, -1)


def test_a_site_without_a_policy_has_the_built_in_one_and_utc(tmp_path: Path) -> None:
    (site,) = read(BEGIN, tmp_path).sites
    assert (site.policy, site.time_zone) == (None, "UTC")


def test_hours_without_a_zone_are_the_sites(tmp_path: Path) -> None:
    (site,) = read(
        BEGIN.replace('name = "north"', 'name = "north"\ntime_zone = "Asia/Tokyo"')
        + "[site.policy.working]\ndays = ['sat']\n",
        tmp_path,
    ).sites
    assert site.policy is not None
    assert site.policy.working is not None
    assert str(site.policy.working.zone) == "Asia/Tokyo"


def test_a_zone_that_is_none_is_a_fault_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(BEGIN.replace('name = "north"', 'name = "north"\ntime_zone = "Mars"'), tmp_path)
    told = "\n".join(caught.value.faults)
    assert "line 4, site[north].time_zone: no time zone" in told


def test_time_zones_are_there_even_where_the_host_has_none() -> None:
    try:
        zoneinfo.reset_tzpath(to=[])
        assert zoneinfo.ZoneInfo.no_cache("Europe/Berlin").key == "Europe/Berlin"
    finally:
        zoneinfo.reset_tzpath()


def test_so_many_rules_and_no_more() -> None:
    many = [{"id": f"r{n}", "severity": "low", "reason": "x"} for n in range(MOST_RULES + 1)]
    _, faults = read_policy({"extends": "none", "rule": many})
    assert faults == (f": {MOST_RULES + 1} rules; {MOST_RULES} are the most",)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["kind", "any", "all", "not", "time", "difference", "id", "severity", "when"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["rule", "working", "files", "extends", "stations"]), VALUES)
)
def test_whatever_stands_there_is_a_policy_or_faults(raw: dict[str, object]) -> None:
    found, faults = read_policy({"extends": "none", **raw})
    assert found is not None or faults
