"""What `changes` and `show` say of an origin that has evidence, in words and as JSON."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ccontrol.model.controller import Controller
from ccontrol.model.engineering import Claim
from ccontrol.model.witness import Hearing, Watch
from tests.unit.attribution.made_cases import ENGINEER, event, touched
from tests.unit.cli.plants import BEGIN, Plant, Run, block, seen, things


@dataclass
class Heard:
    """Witnesses that heard this."""

    hearing: Hearing

    def about(self, controller: Controller, since: datetime | None, until: datetime) -> Hearing:
        assert since is None or since < until, controller.id
        return self.hearing


def test_an_origin_is_told_with_who_how_surely_and_by_what(plant: Plant, run: Run) -> None:
    at = BEGIN + timedelta(minutes=8)
    actor = replace(ENGINEER, claims=(Claim("tsap", "ROOT\x1b[31m"),))
    act = replace(event("program.download", touched(), actor=actor), first=at, last=at)
    watch = Watch("span-a", BEGIN, at, 9, 0, ())
    last = seen("press-3", *things(block("OB1", b"\x70\x0b")), minute=9)
    (written,) = plant.take(last, witnesses=Heard(Hearing((act,), (watch,))))
    assert written.record is not None
    newest = run("--config", plant.config, "changes", "--json").json["changes"][0]
    assert (newest["origin"], newest["confidence"]) == ("network", "possible")
    assert "network, possible" in run("--config", plant.config, "changes").out
    told = run("--config", plant.config, "show", newest["change_id"])
    assert told.code == 0
    assert "\x1b" not in told.out
    for words in (
        "origin     network, possible: program.download of OB1 by 192.0.2.50",
        "by         192.0.2.50:50001 (tsap ROOT\\x1b[31m)",
        "object: as above",
        "watched    nothing, by span-a",
    ):
        assert words in told.out
    assert told.out.count("program.download of OB1") == 1
    shown = run("--config", plant.config, "show", newest["change_id"], "--json").json
    attribution = shown["record"]["attribution"]
    assert attribution["actors"][0]["address"] == "192.0.2.50"
    assert attribution["weighed"][0]["event"]["action"] == "program.download"
    assert attribution["coverage"] == {"watching": "none", "sensors": ["span-a"], "gaps": []}


RULES = """
[[rule]]
id = "possible-by-fifty"
severity = "critical"
reason = "it is his doing"
when = { confidence = ["possible"], station = ["192.0.2.50"] }

[[rule]]
id = "by-somebody-else"
severity = "critical"
reason = "it is another's"
when = { station = ["192.0.2.99"] }
"""


def test_rules_are_tried_on_who_and_how_surely_as_it_was_recorded(plant: Plant, run: Run) -> None:
    act = replace(
        event("program.download", touched()),
        first=BEGIN + timedelta(minutes=8),
        last=BEGIN + timedelta(minutes=8),
    )
    last = seen("press-3", *things(block("OB1", b"\x70\x0b")), minute=9)
    plant.take(last, witnesses=Heard(Hearing((act,))))
    rules = plant.config.parent / "tried.toml"
    rules.write_text(RULES)
    tried = run("--config", plant.config, "policy", "test", rules, "--json").json["sites"][0]
    decided = {rule["rule"]: rule["decided"] for rule in tried["rules"]}
    assert decided["possible-by-fifty"] == 1
    assert "by-somebody-else" not in decided
    unseen = run("--config", plant.config, "policy", "test", "--until", "2026-03-01T06:06", rules)
    assert "possible-by-fifty" not in unseen.out
