"""Checkpoints, their witness, mirrors and bundles, as an operator types them."""

from pathlib import Path

from ccontrol.store.keys import generate
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


def test_the_other_side_of_a_diode_checks_the_log_by_keys_that_it_kept(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    book, key = watched(run, plant, tmp_path)
    here, signers = ("--config", plant.config), plant.config.parent / "allowed_signers"
    request, answer = tmp_path / "north.request", tmp_path / "north.answer"
    run(*here, "checkpoint", "request", "north", "-o", request)
    run("witness", "take", book, request, "-o", answer)
    run(*here, "checkpoint", "answer", "north", answer, "--request", request)
    bundle, mirror = tmp_path / "first.bundle", tmp_path / "mirror.git"
    made = ("mirror", "init", mirror, "--from", "stick", "--site", "north")
    assert run(*made, "--daemon-signers", signers).code == 0
    said = run(*here, "bundle", "export", "north", "-o", bundle)
    assert "first.bundle.log: the log of ref updates" in said.out
    assert "new entries" in run("bundle", "import", mirror, bundle).out
    assert run("bundle", "import", mirror, bundle).out == "nothing new\n"
    doubt = ("verify", "north", "--store", mirror, "--allowed-signers", signers)
    cosigner = next(
        line.split('"')[1]
        for line in plant.config.read_text().splitlines()
        if line.startswith('key = "historian')
    )
    whole = run(*doubt, "--log-key", key, "--cosigner", cosigner)
    assert (whole.code, "  not checked: " in whole.out) == (0, False), whole.out
    less = run(*doubt)
    assert "not checked: whose key ccontrol/north+" in less.out
    bundle.with_name("first.bundle.log").write_bytes(b"rubbish")
    assert run("bundle", "import", mirror, bundle).code == 50


def test_roots_of_a_mirror_come_from_a_file_of_public_keys(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    roots = tmp_path / "roots"
    signers = plant.config.parent / "allowed_signers"
    made = ("mirror", "init", tmp_path / "m.git", "--from", "x", "--site", "north")
    asked = (*made, "--daemon-signers", signers, "--root", roots)
    generate(tmp_path / "root-1")
    roots.write_text((tmp_path / "root-1.pub").read_text())
    one = run(*asked)
    assert (one.code, "--threshold 2 with 1 root keys" in one.err) == (26, True)
    daemon = (plant.config.parent / "keys" / "signing-key.pub").read_text()
    roots.write_text((tmp_path / "root-1.pub").read_text() + daemon)
    said = run(*asked)
    assert (said.code, "a daemon's key is among the roots" in said.err) == (20, True)
    generate(tmp_path / "root-2")
    roots.write_text("".join((tmp_path / f"root-{n}.pub").read_text() for n in (1, 2)))
    assert run(*asked).code == 0
