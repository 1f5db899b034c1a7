"""Every question that a rule can ask: one case in which it holds, one in which it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ccontrol.config.conditions import GROUPS
from ccontrol.config.policy_schema import WhenTable
from ccontrol.model.approval import Authorisation
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, Difference, Kind
from ccontrol.model.judgement import Attribution
from ccontrol.model.policy import Circumstances, Source, Window
from ccontrol.model.unit import UnitId
from tests.unit.policy.cases import (
    AT_WORK,
    ENGINEER,
    HOURS,
    SEEN,
    STRANGER,
    change,
    one,
    policy,
    verdict,
)

HIDDEN = change(Kind.RAISED, unit=UnitId("hidden-block", "OB/OB9"))
LOGIC = change(logic=("inverted contact", "setpoint"))
LEVEL = change(aspect=Aspect.PROTECTION, valid_level=(3, 1), mode=("RUN", "STOP"))
BRACKETS = change(unit=UnitId("tag", "Local:1:I.Data[0]"))
AT = Circumstances(
    window=Window.OUTSIDE,
    standing=frozenset({"stale"}),
    authorisation=Authorisation.OUT_OF_WINDOW,
)

CASES = [
    ('kind = ["changed", "removed"]', 'kind = ["recompiled"]', change()),
    ('aspect = ["program"]', 'aspect = ["firmware"]', change()),
    ('finding = ["hidden-*"]', 'finding = ["stale"]', HIDDEN),
    ("alone = true", "alone = false", change()),
    ('logic = ["setpoint"]', 'logic = ["bypass branch added"]', LOGIC),
    ('unit = ["OB/*", "FC/*"]', 'unit = ["FC/*"]', change()),
    ('unit = ["tag/local:1:*[0]"]', 'unit = ["tag/local:1:*[1]"]', BRACKETS),
    ('title = ["ob?"]', 'title = ["ob"]', change()),
    ('controller = ["press-*"]', 'controller = ["mixer-1"]', change()),
    ('site = ["north"]', 'site = ["south"]', change()),
    ('area = ["hall-2"]', 'area = ["hall-1"]', change()),
    ('family = ["s7"]', 'family = ["logix"]', change()),
    ('owner = ["Ada"]', 'owner = ["Bob"]', change()),
    ('tag = ["sis"]', 'tag = ["line-2"]', change()),
    ('criticality = ["low", "medium"]', 'criticality = ["safety"]', change()),
    ('origin = ["network"]', 'origin = ["local", "unknown"]', change()),
    ('confidence = ["confirmed"]', 'confidence = ["none"]', change()),
    ('watching = ["mirrored"]', 'watching = ["none"]', change()),
    ('station = ["192.0.2.64/27"]', 'station = ["192.0.2.0/27"]', change()),
    ('station = ["eng-*"]', 'station = ["ENG-05"]', change()),
    ('station = ["00:1B:1B:*"]', 'station = ["00:00:*"]', change()),
    ('role = ["engineering"]', 'role = ["hmi"]', change()),
    ('standing = ["stale"]', 'standing = ["restless"]', change()),
    ('window = ["outside"]', 'window = ["inside", "none"]', change()),
    (
        'authorisation = ["unauthorised", "out of window"]',
        'authorisation = ["authorised"]',
        change(),
    ),
    ('difference = { name = "*level*" }', 'difference = { name = "crc" }', LEVEL),
    ('difference = { became = "lower" }', 'difference = { became = "higher" }', change(a=(3, 1))),
    ('difference = { became = "lower" }', 'difference = { became = "higher" }', change(a=(3, ""))),
    (
        'difference = { became = "absent" }',
        'difference = { became = "present" }',
        change(a=(3, None)),
    ),
    (
        'difference = { before = "RUN", after = "stop*" }',
        'difference = { before = "STOP" }',
        change(mode=("RUN", "STOP (SWITCH)")),
    ),
    (
        'difference = { name = "valid_level", after = "1" }',
        'difference = { name = "valid_level", after = "STOP" }',
        LEVEL,
    ),
    (
        'any = [{ kind = ["removed"] }, { aspect = ["program"] }]',
        'any = [{ kind = ["removed"] }, { aspect = ["mode"] }]',
        change(),
    ),
    (
        'all = [{ kind = ["changed"] }, { aspect = ["program"] }]',
        'all = [{ kind = ["changed"] }, { aspect = ["mode"] }]',
        change(),
    ),
    ('not = { aspect = ["mode"] }', 'not = { aspect = ["program"] }', change()),
    (
        'not = { aspect = ["program"], kind = ["removed"] }',
        'not = { aspect = ["program"], kind = ["changed"] }',
        change(),
    ),
    (
        'time = { days = ["mon"], hours = "11:00-13:00", time_zone = "Europe/Berlin" }',
        'time = { days = ["mon"], hours = "11:00-13:00", time_zone = "UTC" }',
        change(),
    ),
]


@pytest.mark.parametrize(("holds", "fails", "asked"), CASES)
def test_a_question_holds_or_not(holds: str, fails: str, asked: Change) -> None:
    noon = AT_WORK.since
    assert noon is not None
    at = replace(AT, since=noon - timedelta(minutes=30), until=noon - timedelta(minutes=15))
    for when, rule in ((holds, "it"), (fails, "no-rule")):
        assert verdict(one(when), asked, attribution=SEEN, at=at).rule == rule


def test_every_question_has_a_case() -> None:
    asked = " ".join(f"{holds} {fails}" for holds, fails, _ in CASES)
    elsewhere = {"known_station", "working_time"}
    for name in (*WhenTable.model_fields, *GROUPS, "difference", "time"):
        assert f"{name} = " in asked or name in elsewhere


def test_a_thing_that_passed_for_another_is_of_both_aspects() -> None:
    moved = Difference("aspect", "program", "hardware")
    turned = replace(change(aspect=Aspect.HARDWARE), differences=(moved,))
    assert verdict(one('aspect = ["program"]'), turned).rule == "it"
    assert verdict(one('aspect = ["hardware"]'), turned).rule == "it"


def test_alone_counts_the_changes_of_the_same_aspect() -> None:
    rules, other = one("alone = true"), change(unit=UnitId("OB", "OB2"))
    assert verdict(rules, change(), change(aspect=Aspect.MODE)).rule == "it"
    assert verdict(rules, change(), other).rule == "no-rule"


def known(*stations: str, attribution: Attribution) -> bool:
    rules = policy(
        '[[rule]]\nid = "it"\nseverity = "high"\nreason = "so"\nwhen = { known_station = true }',
        stations=list(stations),
    )
    return verdict(rules, change(), attribution=attribution).rule == "it"


def test_a_station_is_known_only_if_everybody_who_can_have_done_it_is() -> None:
    assert known("192.0.2.0/24", attribution=SEEN)
    assert known("ENG-*", attribution=SEEN)
    assert not known(attribution=SEEN)
    assert not known("192.0.2.0/24", attribution=replace(SEEN, actors=(ENGINEER, STRANGER)))
    assert not known("*", attribution=replace(SEEN, actors=()))


def test_of_several_stations_one_is_enough_to_be_asked_for() -> None:
    both = replace(SEEN, actors=(ENGINEER, STRANGER))
    assert verdict(one('station = ["198.51.100.5"]'), change(), attribution=both).rule == "it"


def test_working_time_is_what_the_site_says_and_none_where_it_says_nothing() -> None:
    text = '[[rule]]\nid = "it"\nseverity = "high"\nreason = "so"\nwhen = { working_time = true }'
    said, mute = policy(text, working=HOURS), policy(text)
    assert verdict(said, change(), at=AT_WORK).rule == "it"
    assert verdict(mute, change(), at=AT_WORK).rule == "no-rule"
    assert verdict(said, change()).rule == "no-rule"  # nobody can tell when it was


def test_what_nobody_can_tell_of_its_beginning_is_in_no_hours() -> None:
    rules = one('time = { hours = "00:00-24:00" }')
    assert verdict(rules, change(), at=AT_WORK).rule == "it"
    assert verdict(rules, change(), at=replace(AT_WORK, since=None)).rule == "no-rule"


def test_rules_speak_of_controllers_unless_they_say_of_files() -> None:
    dropped = Circumstances(source=Source.FILE)
    assert verdict(one('aspect = ["program"]'), change(), at=dropped).rule == "project-file"
    text = '[[rule]]\nid = "it"\nseverity = "high"\nreason = "so"\nsource = ["file"]'
    assert verdict(policy(text), change(), at=dropped).rule == "it"
    assert verdict(policy(text), change()).rule == "no-rule"
