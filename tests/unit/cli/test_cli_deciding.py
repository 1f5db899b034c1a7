"""Pausing, resuming and enrolling: durable decisions, taken with open eyes."""

import contextlib
import socket
import threading
from datetime import timedelta

from ccontrol.clock import SystemClock
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.places import Places
from ccontrol.store.journal import Journal
from ccontrol.store.standing import WHOLE_SITE, Standing
from tests.unit.cli.plants import Plant, Run


def journaled(plant: Plant) -> list[JournalEntry]:
    journal = Journal(Places(plant.store).journal, SystemClock())
    return [entry for day in journal.days() for entry in journal.read(day)]


def standing(plant: Plant) -> Standing:
    return Standing(Places(plant.store).standing)


def test_a_pause_stands_on_disk_with_its_end_its_reason_and_who_said_so(
    plant: Plant, run: Run
) -> None:
    said = run(
        "--config", plant.config, "pause", "press-3", "--until", "2h", "--reason", "work order 4711"
    )
    assert said.code == 0, said.err
    pause = standing(plant).pauses["press-3"]
    assert pause.until is not None
    assert timedelta(minutes=119) < pause.until - pause.at <= timedelta(hours=2)
    assert pause.reason == "work order 4711"
    assert pause.by


def test_pause_and_resume_are_journaled_as_a_gap_in_coverage(plant: Plant, run: Run) -> None:
    run("--config", plant.config, "pause", "north", "--until", "3d", "--reason", "network work")
    run("--config", plant.config, "resume", "north", "--reason", "done")
    first, second = journaled(plant)
    assert (first.controller_id, first.outcome) == ("", Outcome.PAUSED)
    assert "network work" in first.reason
    assert (second.controller_id, second.outcome) == ("", Outcome.RESUMED)
    assert WHOLE_SITE not in standing(plant).pauses


def test_what_was_paused_and_resumed_can_be_read_by_a_program(plant: Plant, run: Run) -> None:
    config = ("--config", plant.config)
    work = ("--until", "2h", "--reason", "work", "--json")
    paused = run(*config, "pause", "press-3", *work).json
    assert (paused["site"], paused["controller_id"]) == ("north", "press-3")
    assert paused["paused"]["reason"] == "work"
    assert run(*config, "pause", "north", *work).json["controller_id"] is None
    assert run(*config, "resume", "press-3", "--json").json["ended"] == paused["paused"]
    assert run(*config, "resume", "press-3", "--json").json["ended"] is None


def test_a_pause_without_an_end_has_to_be_said_in_words(plant: Plant, run: Run) -> None:
    silent = run("--config", plant.config, "pause", "press-3", "--reason", "x")
    said = run("--config", plant.config, "pause", "press-3", "--until", "resumed", "--reason", "x")
    assert (silent.code, said.code) == (2, 0)
    assert standing(plant).pauses["press-3"].until is None


def test_a_pause_that_is_over_already_is_refused(plant: Plant, run: Run) -> None:
    said = run(
        "--config", plant.config, "pause", "press-3", "--until", "2020-01-01", "--reason", "x"
    )
    assert said.code == 2
    assert "over already" in said.err
    assert not standing(plant).pauses


def test_resuming_what_was_not_paused_changes_nothing(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "resume", "press-3")
    assert said.code == 0
    assert "was not paused" in said.out
    assert journaled(plant) == []


def test_pausing_a_name_that_nobody_knows_guesses_what_was_meant(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "pause", "nort", "--until", "1h", "--reason", "x")
    assert said.code == 13
    assert "did you mean 'north'?" in said.err


def test_status_shows_a_pause_of_the_whole_site_on_each_controller(plant: Plant, run: Run) -> None:
    run("--config", plant.config, "pause", "north", "--until", "3d", "--reason", "network work")
    said = run("--config", plant.config, "status")
    assert said.out.count("paused until") == 2


def test_enrolling_prints_the_load_before_anything_is_decided(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "enroll", "press-3", "--yes")
    assert said.code == 0
    printed = said.out.index("requests a second"), said.out.index("is enrolled")
    assert printed[0] < printed[1]
    for words in ("every 5 min", "every 1 d", "glance", "full", "Only reads ever leave"):
        assert words in said.out
    assert standing(plant).enrolled["press-3"].by


def test_enrolling_without_a_daemon_says_who_reads_it_first(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "enroll", "press-3", "--yes")
    assert "`ccontrol poll press-3` or the daemon reads it whole first" in said.out


def test_enrolling_many_asks_the_daemon_how_it_does_only_once(plant: Plant, run: Run) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        control = Places(plant.store).control
        with contextlib.chdir(control.parent):  # its whole path is too long for an address
            door.bind(control.name)
        door.listen()
        asked: list[str] = []

        def hang_up() -> None:
            while True:
                try:
                    knocking, _ = door.accept()
                except OSError:
                    return
                with knocking:
                    asked.append(knocking.makefile().readline())

        hanging_up = threading.Thread(target=hang_up)
        hanging_up.start()
        said = run("--config", plant.config, "enroll", "press-3", "mixer-1", "--yes")
        door.shutdown(socket.SHUT_RDWR)
        hanging_up.join()
    assert said.out.count("is enrolled") == 2
    assert len(asked) == 1


def test_a_poll_by_hand_that_fails_says_the_next_step_and_promises_none(
    empty_plant: Plant, run: Run
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    text = empty_plant.config.read_text().replace("port = 1102", f"port = {port}")
    empty_plant.config.write_text(text)
    for _ in range(3):
        said = run("--config", empty_plant.config, "poll", "mixer-1")
        assert said.code == 30
        assert "1 request " in said.out
        assert "→ mixer-1: Check the address" in said.out
        assert "next attempt" not in said.out


def test_enrolling_without_a_yes_and_without_a_terminal_enrols_nothing(
    plant: Plant, run: Run
) -> None:
    said = run("--config", plant.config, "enroll", "press-3")
    assert said.code == 2
    assert "--yes" in said.err
    assert not standing(plant).enrolled


def test_enrolling_twice_keeps_the_first_decision(plant: Plant, run: Run) -> None:
    run("--config", plant.config, "enroll", "press-3", "--yes")
    first = standing(plant).enrolled["press-3"]
    assert "enrolled already" in run("--config", plant.config, "enroll", "press-3", "--yes").out
    assert standing(plant).enrolled["press-3"] == first


def test_what_enrolling_means_can_be_read_by_a_program(plant: Plant, run: Run) -> None:
    answer = run("--config", plant.config, "enroll", "press-3", "mixer-1", "--json").json
    assert [one["controller_id"] for one in answer["controllers"]] == ["press-3", "mixer-1"]
    assert answer["controllers"][0]["looks"][0]["depth"] == "glance"
    assert not standing(plant).enrolled
