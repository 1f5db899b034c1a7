"""The story of one controller leaves out what people and programs did about others alone."""

from datetime import timedelta

from ccontrol.model.alert import Event, Phase, ToldAlert
from ccontrol.model.judgement import Severity
from ccontrol.poll.places import Places, told_folder
from ccontrol.store.told import ToldLog
from tests.unit.cli.works import CLOCK, Works
from tests.unit.store.made_store import git


def told(works: Works, name: str) -> str:
    """Return the story of a controller, as a terminal shows it."""
    assert works.opened.ledger.flush(60)
    return works.ccontrol("timeline", name, "--since", "1h")


def test_the_story_of_a_controller_leaves_out_what_was_signed_about_others(works: Works) -> None:
    works.approve("press-3", who="ada")
    works.approve("mixer-1", who="bob")
    times = ("--from", "2026-11-23T18:00Z", "--until", "2026-11-23T22:00Z", "--ticket", "T-1")
    key = ("--key", works.key("ada"))
    works.ccontrol("window", "add", "CHG-1", "--controller", "mixer-*", *times, *key)
    works.ccontrol("window", "add", "CHG-2", "--controller", "press-3", *times, *key)
    works.look()
    press, mixer = told(works, "press-3"), told(works, "mixer-1")
    for story, own, other in ((press, "press-3", "mixer-1"), (mixer, "mixer-1", "press-3")):
        assert f"approve {own}" in story
        assert f"approve {other}" not in story
        assert "who may sign, version 1" in story, "that is everybody's"
    assert ("CHG-2" in press, "CHG-1: " in press, "window CHG-1 by bob" in press) == (
        True,
        False,
        False,
    )
    assert "CHG-1" in mixer


def test_a_decision_is_told_of_the_controller_that_its_change_is_of(works: Works) -> None:
    now = CLOCK.now()
    change = works.change(b"\x65\x02", now, now - timedelta(minutes=5)).change_id
    works.ccontrol("reject", change, "--reason", "a slip", "--key", works.key("ada"))
    works.look()
    assert f"reject {change}" in told(works, "press-3")
    assert "reject" not in told(works, "mixer-1")


def test_an_approval_by_stock_git_is_told_of_the_controller_whose_files_it_took(
    works: Works,
) -> None:
    clone = works.key("clone")
    git("clone", "--quiet", str(works.plant.store), str(clone))
    settings = ("gpg.format=ssh", f"user.signingkey={works.key('ada')}", "user.name=Ada")
    for setting in (*settings, "user.email=ada@plant"):
        git("config", *setting.split("=", 1), where=clone)
    git("switch", "--quiet", "approved", where=clone)
    restore = ("--source=origin/observed", "--staged", "--worktree", "plant/hall-2/press-3")
    git("restore", *restore, where=clone)
    git("commit", "-S", "--quiet", "-m", "As planned", where=clone)
    git("push", "--quiet", "origin", "approved", where=clone)
    assert works.look() == 2
    assert "As planned" in told(works, "press-3")
    assert "As planned" not in told(works, "mixer-1")


def test_log_heads_are_no_part_of_a_story(works: Works) -> None:
    now = CLOCK.now()
    alerts = [
        ToldAlert(
            "siem", now, now, f"a-{event}", event, Phase.HAPPENED, Severity.INFO, f"so {event}"
        )
        for event in (Event.LOG_HEAD, Event.STORE)
    ]
    ToldLog(told_folder(Places(works.plant.store).alerts)).note(alerts, now.date())
    story = told(works, "press-3")
    assert "so store-trouble" in story
    assert "log-head" not in story
