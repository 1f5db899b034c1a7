from pathlib import Path

import pytest

from ccontrol.config.load import load
from ccontrol.config.settings import EngineSettings, KeyFile, KeyInAgent
from ccontrol.errors import ConfigError, ConfigMissingError
from ccontrol.model.controller import Budget, Controller, Criticality, Schedule
from tests.unit.config.families import (
    CONTROLLER,
    FAMILIES,
    SEAL,
    SITE,
    ToyOptions,
    faults,
    read,
)

PORT_APART = "want a host name or IP address alone; the port is a setting of its own"
ID_RULE = (
    "want letters, digits, '.', '_', '-' (at most 63, a letter or digit first, no '.' at the end)"
)
TAKEN = "is taken by site[north].controller[press-3] (capitals do not count)"
HURTFUL = ["a = " + "[" * 3_000, "a = " + "{a=" * 3_000, "a = " + "1" * 9_999]


def test_an_address_is_all_that_a_controller_needs(folder: Path) -> None:
    config = read(SITE + CONTROLLER, folder)
    assert config.engine == EngineSettings()
    (site,) = config.sites
    assert (site.name, site.title) == ("north", "north")
    assert site.store.path == folder / "baselines" / "north"
    assert site.store.signing_key == KeyFile(folder / "keys" / "signing-key")
    assert site.store.seal_key.reveal() == SEAL
    assert site.controllers == (
        Controller(
            id="press-3",
            site="north",
            area="hall-2",
            family="toy",
            address="192.0.2.10",
            port=1102,
            options=ToyOptions(rack=0, slot=2, password=None),
        ),
    )


def test_everything_can_be_said(folder: Path) -> None:
    text = f"""
[engine]
in_flight = 20

{SITE}
vault_recipient = "age1{"q" * 58}"
vault_retention_days = 30
{CONTROLLER}
port = 102
name = "Press 3 · Ständer"
bridge = "cp-1"
criticality = "safety"
owner = "anna@example.com"
tags = ["oee", "line 2"]
[site.controller.schedule]
glance_s = 60
[site.controller.budget]
requests_per_s = 5
connections = 1
[site.controller.toy]
slot = 3
values = ["DB10"]
"""
    config = read(text, folder)
    (site,) = config.sites
    (controller,) = site.controllers
    assert config.engine.in_flight == 20
    assert site.store.vault_retention_days == 30
    assert controller.name == "Press 3 · Ständer"
    assert controller.criticality is Criticality.SAFETY
    assert controller.tags == ("oee", "line 2")
    assert controller.schedule == Schedule(glance_s=60)
    assert controller.budget == Budget(requests_per_s=5)
    assert controller.port == 102
    assert controller.options == ToyOptions(rack=0, slot=3, password=None)


def test_a_sites_defaults_hold_key_by_key_where_a_controller_says_nothing(folder: Path) -> None:
    text = f"""
{SITE}
[site.defaults.schedule]
glance_s = 60
settle_s = 30
[site.defaults.budget]
requests_per_s = 5
[site.defaults.toy]
rack = 1
slot = 4
{CONTROLLER}
[site.controller.schedule]
settle_s = 5
[site.controller.toy]
slot = 3
"""
    ((controller,),) = [site.controllers for site in read(text, folder).sites]
    assert controller.schedule == Schedule(glance_s=60, settle_s=5)
    assert controller.budget == Budget(requests_per_s=5)
    assert controller.options == ToyOptions(rack=1, slot=3, password=None)


def test_each_site_has_its_own_defaults_and_families(folder: Path) -> None:
    other = SITE.replace("north", "south") + CONTROLLER.replace("toy", "tin")
    text = SITE + "[site.defaults.budget]\nrequests_per_s = 5\n" + CONTROLLER + other
    north, south = read(text, folder).sites
    assert north.controllers[0].budget.requests_per_s == 5
    assert south.controllers[0].budget.requests_per_s == 20
    assert south.controllers[0].port == 2_204


def test_a_site_may_begin_without_controllers(folder: Path) -> None:
    assert read(SITE, folder).sites[0].controllers == ()


def test_a_key_in_an_agent_is_named_by_its_public_half(folder: Path) -> None:
    text = SITE.replace(
        '{ file = "keys/signing-key" }',
        '{ agent = "/run/agent.sock", public_key = "ssh-ed25519 AAAA me" }',
    )
    assert read(text, folder).sites[0].store.signing_key == KeyInAgent(
        Path("/run/agent.sock"), "ssh-ed25519 AAAA me"
    )


def test_all_faults_are_told_at_once_with_their_paths(folder: Path) -> None:
    text = (
        SITE.replace('path = "baselines/north"', "path = 7").replace("[[site]]", "[[site]]\nnam=1")
        + CONTROLLER
        + """
port = 70000
tags = ["a", 2]
[site.controller.toy]
rack = '0'
slots = 2
mode = "pc"
values = ["DB1", "OB1"]
[site.controller.budget]
connections = 2
requests_per_s = nan
time_limit_s = 0.5
"""
        + CONTROLLER.replace("press-3", "press 4").replace("192.0.2.10", "192.0.2.10:102")
        + "[engin]\nin_flight = 1\n"
    )
    assert sorted(faults(text, folder)) == [
        "engin: unknown key; did you mean 'engine'?",
        f"site[north].controller['press 4'].address: {PORT_APART}",
        f"site[north].controller['press 4'].id: {ID_RULE}, got 'press 4'",
        "site[north].controller[press-3].budget.connections: want 1, got 2",
        "site[north].controller[press-3].budget.requests_per_s: want a number 0.1..200, got nan",
        "site[north].controller[press-3].budget.time_limit_s: want a number 1..14400, got 0.5",
        "site[north].controller[press-3].port: want a number 1..65535, got 70000",
        "site[north].controller[press-3].tags[1]: want a text of at most 200 characters, got 2",
        "site[north].controller[press-3].toy.mode: want one of 'op', 'pg', got 'pc'",
        "site[north].controller[press-3].toy.rack: want a number 0..7, got '0'",
        "site[north].controller[press-3].toy.slots: unknown key; did you mean 'slot'?",
        "site[north].controller[press-3].toy.values[1]: want a text like ^DB[0-9]{1,5}$, got 'OB1'",
        "site[north].nam: unknown key; did you mean 'name'?",
        "site[north].store.path: want a text, got 7",
    ]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('name = "north"', "", "site[0].name: is missing; want a text"),
        (
            'id = "press-3"',
            'id = "con.1"',
            "controller[con.1].id: Windows keeps the name",
        ),
        (
            'id = "press-3"',
            'id = "../x"',
            "controller['../x'].id: want letters, digits",
        ),
        (
            'id = "press-3"',
            'id = "north"',
            "controller[north].id: 'north' is the name of a",
        ),
        ('family = "toy"', 'family = "Toy"', "no such family: 'Toy'; did you mean 'toy'?"),
        ('family = "toy"', 'family = "zzz"', "no such family: 'zzz'; known are: tin, toy"),
        (
            'family = "toy"',
            "family = 3",
            "site[north].controller[press-3].family: want a text of at most 200 characters, got 3",
        ),
        ('area = "hall-2"', "", "site[north].controller[press-3].area: is missing; want a text"),
        ('"192.0.2.10"', '"192.0.2.256"', "address: want a host name or an IP address"),
        ('"192.0.2.10"', '"http://plc"', "address: want a host name or IP address alone"),
        ('"192.0.2.10"', '"plc 3"', "address: want a host name or an IP address"),
        ('"192.0.2.10"', '""', "address: want a host name or an IP address"),
        ('"192.0.2.10"', '"plc\\u0000"', "address: want a host name or an IP address"),
        ("[site.store]", "[site.stor]", "site[north].stor: unknown key; did you mean 'store'?"),
        ('family = "toy"', 'family = "toy"\ntin = { rack = 1 }', "tin: the family here is 'toy'"),
        (
            'family = "toy"',
            'family = "toy"\ntoy = 3',
            "toy: want a table, got 3",
        ),
        ('family = "toy"', 'family = "toy"\nname = "a\\nb"', "name: want one line without control"),
        ('family = "toy"', 'family = "toy"\nname = "\\u202e"', "name: want one line without"),
        ('family = "toy"', 'family = "toy"\nport = true', "port: want a number 1..65535, got true"),
        ('family = "toy"', 'family = "toy"\nport = 1.5', "want a whole number 1..65535, got 1.5"),
        ('family = "toy"', 'family = "toy"\ncriticality = "hi"', "one of 'low', 'medium', 'high'"),
        (
            'family = "toy"',
            'family = "toy"\nschedule = { glance_s = 7200 }',
            "schedule: stale_after_s is not longer than glance_s",
        ),
        (
            'family = "toy"',
            'family = "toy"\nbudget = { time_limit_s = 2 }',
            "budget: answer_timeout_s is longer than time_limit_s",
        ),
        (
            "[site.store]",
            '[site.store]\nvault_recipient = "age1x"',
            "vault_recipient: want an age recipient",
        ),
        (
            "[site.store]",
            f'[site.store]\nvault_recipient = "AGE-SECRET-KEY-1{"Q" * 58}"',
            "vault_recipient: this is the secret half",
        ),
        ('{ file = "keys/signing-key" }', "{}", "signing_key: want one of { file ="),
        ('{ file = "keys/signing-key" }', '{ agent = "/x" }', "agent and public_key belong"),
        ('{ file = "keys/signing-key" }', '{ fil = "/x" }', "unknown key; did you mean 'file'?"),
        ("[[site]]", "[site]", "site: want a list of tables, each begun with [[site]]"),
        ("[[site.controller]]", "[site.controller]", "each begun with [[site.controller]]"),
    ],
)
def test_a_fault_says_where_it_is_and_what_is_wanted(
    folder: Path, before: str, after: str, fault: str
) -> None:
    text = SITE + CONTROLLER
    assert before in text
    found = faults(text.replace(before, after), folder)
    assert any(fault in each for each in found), found


@pytest.mark.parametrize(
    "address", ["192.0.2.10", "2001:db8::1", "plc-3", "plc_3.works.example.", "10in.example", "::1"]
)
def test_addresses_of_every_usual_form_are_taken(folder: Path, address: str) -> None:
    config = read(SITE + CONTROLLER.replace("192.0.2.10", address), folder)
    assert config.sites[0].controllers[0].address == address


def test_a_fault_in_a_sites_defaults_is_told_once_not_for_each_controller(folder: Path) -> None:
    controllers = "".join(
        CONTROLLER.replace("press-3", f"press-{n}").replace(".10", f".{n}") for n in range(20, 30)
    )
    text = SITE + '[site.defaults.toy]\nrack = "0"\npasword = "x"\n' + controllers
    assert faults(text, folder) == (
        "site[north].defaults.toy.rack: want a number 0..7, got '0'",
        "site[north].defaults.toy.pasword: unknown key; did you mean 'password'?",
    )
    text = SITE + "[site.defaults.schedule]\nglance_s = 7200\n" + controllers
    assert len(faults(text, folder)) == 1


def test_a_controller_may_mend_what_its_sites_defaults_say(folder: Path) -> None:
    text = SITE + '[site.defaults.toy]\nrack = "0"\n' + CONTROLLER + "toy = { rack = 9 }\n"
    assert faults(text, folder) == (
        "site[north].defaults.toy.rack: want a number 0..7, got '0'",
        "site[north].controller[press-3].toy.rack: want a number 0..7, got 9",
    )


def test_unknown_defaults_are_refused(folder: Path) -> None:
    text = SITE + "[site.defaults.shedule]\nglance_s = 7\n"
    assert faults(text, folder) == (
        "site[north].defaults.shedule: unknown key; did you mean 'schedule'?",
    )


def test_no_id_and_no_name_twice_capitals_aside(folder: Path) -> None:
    text = (
        SITE
        + CONTROLLER
        + 'name = "Press"\n'
        + CONTROLLER.replace("press-3", "PRESS-3").replace(".10", ".11")
        + 'name = "press"\n'
    )
    assert faults(text, folder) == (
        f"site[north].controller[PRESS-3].id: 'PRESS-3' {TAKEN}",
        f"site[north].controller[PRESS-3].name: 'press' {TAKEN}",
    )


def test_an_area_is_spelt_one_way(folder: Path) -> None:
    second = CONTROLLER.replace("press-3", "press-4").replace(".10", ".11")
    alike = second.replace('area = "', 'area = "X')
    spelt = alike.replace('area = "X', 'area = "x')
    third = spelt.replace("press-4", "press-5").replace(".11", ".12")
    (fault,) = faults(SITE + CONTROLLER + alike + third, folder)
    assert fault.startswith("site[north].controller[press-5].area: 'x")
    assert fault.endswith("in site[north].controller[press-4]; use one spelling")


def test_a_double_is_found_in_a_table_with_other_faults(folder: Path) -> None:
    text = SITE + CONTROLLER + "port = 0\n" + CONTROLLER + "port = 0\n"
    assert any("is taken by" in fault for fault in faults(text, folder))


def test_no_two_sites_of_one_name(folder: Path) -> None:
    text = SITE + SITE.replace("baselines/north", "baselines/other")
    assert any(
        "site[north#2].name: 'north' is taken by site[north] " in fault
        for fault in faults(text, folder)
    )


@pytest.mark.parametrize("path", ["baselines/north", "baselines/../baselines/north", "baselines"])
def test_no_store_within_another(folder: Path, path: str) -> None:
    other = SITE.replace('"north"', '"south"').replace('"baselines/north"', f'"{path}"')
    assert faults(SITE + other, folder) == (
        "site[south].store.path: lies in the same folder as site[north].store, or one inside it",
    )


def test_a_copied_controller_that_got_no_address_of_its_own_is_noticed(folder: Path) -> None:
    text = SITE + CONTROLLER + CONTROLLER.replace("press-3", "press-4")
    (fault,) = faults(text, folder)
    assert fault == (
        "site[north].controller[press-4].address: "
        "this is the controller of site[north].controller[press-3] once more"
    )
    assert faults(text + "toy = { slot = 3 }\n", folder) == ()


def test_a_file_without_a_site_says_how_one_begins(folder: Path) -> None:
    assert faults("", folder) == ("site: is missing; a plant begins with [[site]]",)


def test_very_many_faults_are_cut_with_their_count(folder: Path) -> None:
    text = SITE + "".join(f"key{number} = 1\n" for number in range(300))
    found = faults(text, folder)
    assert len(found) == 201
    assert found[-1] == "… and 100 more"


def test_toml_that_is_none_is_told_with_its_line(folder: Path) -> None:
    (fault,) = faults(SITE + '\nname "x"', folder)
    assert "line 10" in fault


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 3_000, "a = " + "{a=" * 3_000, "a = " + "1" * 9_999]
)
def test_toml_made_to_hurt_is_a_fault_not_a_crash(folder: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="is not TOML"):
        read(text, folder)


def test_a_file_that_is_not_there_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigMissingError):
        load(tmp_path / "none.toml", FAMILIES)


def test_a_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "ccontrol.toml"
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8 from byte 8 on"):
        load(path, FAMILIES)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, FAMILIES)


def test_a_relative_file_is_found_from_where_one_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "ccontrol.toml").write_text(SITE)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SEAL", SEAL)
    config = load(Path("ccontrol.toml"), FAMILIES)
    assert config.path == folder / "ccontrol.toml"
    assert config.sites[0].store.path == folder / "baselines/north"
