"""Checkpoints, their witness, mirrors and bundles, as an operator types them."""

from pathlib import Path

from tests.unit.cli.plants import Plant, Run


def key_line(text: str) -> str:
    return next(line.removeprefix("key: ") for line in text.splitlines() if "key: " in line)


def watched(run: Run, plant: Plant, tmp_path: Path) -> tuple[Path, str]:
    """A plant whose log a checkpoint witness was told of, and the plant of it."""
    book = tmp_path / "book"
    said = run("witness", "init", book, "--name", "historian.plant")
    config = plant.config
    config.write_text(config.read_text() + f'\n[[site.log.cosigner]]\nkey = "{said.out.strip()}"\n')
    assert run("--config", config, "checkpoint", "make", "north").code == 0
    key = key_line(run("--config", config, "checkpoint", "show", "north").out)
    assert run("witness", "trust", book, key).code == 0
    return book, key


def test_a_checkpoint_is_cosigned_on_a_stick(run: Run, plant: Plant, tmp_path: Path) -> None:
    book, key = watched(run, plant, tmp_path)
    here = ("--config", plant.config)
    assert key.startswith("ccontrol/north+")
    request, answer = tmp_path / "north.request", tmp_path / "north.answer"
    assert run(*here, "checkpoint", "request", "north", "-o", request).code == 0
    assert run("witness", "take", book, request, "-o", answer).code == 0
    taken = run(*here, "checkpoint", "answer", "north", answer, "--request", request)
    assert "cosigned by historian.plant" in taken.out
    assert "cosigned by historian.plant: " in run(*here, "checkpoint", "show", "north").out
    assert "ccontrol/north: " in run("witness", "list", book).out
    kept = tmp_path / "kept"
    kept.write_text(run("witness", "last", book, "ccontrol/north").out)
    verified = run(*here, "verify", "north", "--checkpoint", kept)
    assert (verified.code, "  not checked: " in verified.out) == (0, False)


def test_verify_says_what_it_could_not_check(run: Run, plant: Plant, tmp_path: Path) -> None:
    said = run("--config", plant.config, "verify")
    assert said.code == 0
    assert "not checked: there is no log of ref updates" in said.out
    rubbish = tmp_path / "rubbish"
    rubbish.write_text("rubbish")
    assert run("--config", plant.config, "verify", "--checkpoint", rubbish).code == 50


def test_a_witness_refuses_on_a_stick_with_its_own_code(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    book, _key = watched(run, plant, tmp_path)
    request, answer = tmp_path / "north.request", tmp_path / "north.answer"
    here = ("--config", plant.config)
    run(*here, "checkpoint", "request", "north", "-o", request)
    request.write_bytes(request.read_bytes().replace(b"old 0", b"old 1"))
    said = run("witness", "take", book, request, "-o", answer)
    assert (said.code, "409" in said.err, answer.exists()) == (28, True, False)
    said = run(*here, "checkpoint", "request", "north", "-o", request, "--cosigner", "other")
    assert said.code == 13


def test_what_cannot_be_meant_is_answered_with_the_next_step(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    here, missing = ("--config", plant.config), tmp_path / "missing"
    assert run(*here, "checkpoint", "make", "north").code == 0
    said = run(*here, "checkpoint", "request", "north", "-o", tmp_path / "r")
    assert (said.code, "no cosigner is configured" in said.err) == (13, True)
    book, _key = watched(run, plant, tmp_path)
    said = run("witness", "last", book, "ccontrol/south")
    assert (said.code, "witness list" in said.err) == (13, True)
    said = run("witness", "trust", book, "garbage")
    assert (said.code, "checkpoint show" in said.err, "0600" in said.err) == (13, True, False)
    for asked in (
        (*here, "verify", "--checkpoint", missing),
        ("witness", "take", book, missing, "-o", tmp_path / "a"),
        (*here, "checkpoint", "answer", "north", missing, "--request", missing),
    ):
        said = run(*asked)
        assert (said.code, str(missing) in said.err, "defect" in said.err) == (50, True, False)


def test_a_history_crosses_on_a_stick_into_a_mirror(run: Run, plant: Plant, tmp_path: Path) -> None:
    here, first = ("--config", plant.config), tmp_path / "first.bundle"
    mirror = tmp_path / "mirror.git"
    signers = plant.config.parent / "allowed_signers"
    made = run(
        *("mirror", "init", mirror, "--from", "stick", "--site", "north"),
        *("--daemon-signers", signers),
    )
    assert (made.code, "Nobody may approve" in made.out) == (0, True)
    assert run(*here, "bundle", "export", "north", "-o", first).code == 0
    assert "refs/heads/observed" in run("bundle", "import", mirror, first).out
    verified = run("verify", "north", "--store", mirror, "--allowed-signers", signers)
    assert verified.code == 0
    assert (
        run(*here, "bundle", "export", "north", "-o", tmp_path / "x", "--after", first).code == 20
    )
    first.write_bytes(first.read_bytes()[:-30])
    empty = tmp_path / "empty.git"
    run(
        *("mirror", "init", empty, "--from", "stick", "--site", "north"),
        *("--daemon-signers", signers),
    )
    assert run("bundle", "import", empty, first).code == 29
    assert run("mirror", "pull", empty).code == 29
