"""The demo, as `make demo` runs it: it keeps its promises, in time, and leaves nothing behind."""

import os
import resource
import signal
import subprocess  # noqa: TID251 — the program is run as a user runs it
import sys
import time
from pathlib import Path

import pytest

LONGEST_S = 120.0
"""What the demo is said to take at most, on a machine that has nothing else to do."""
HANGS_S = 480.0
"""What it does not take on any machine."""
COMMAND = [sys.executable, "-m", "ccontrol", "demo"]


def at_home_in(folder: Path) -> list[int]:
    """Processes whose working directory lies below a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            home = (process / "cwd").readlink()
        except OSError:
            continue  # it has ended, or belongs to somebody else
        if home.is_relative_to(folder):
            found.append(int(process.name))
    return found


def processor_s() -> float:
    """Seconds of the processor that the children of this process have taken."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def surroundings(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder), "COLUMNS": "100"}


def test_the_demo_keeps_its_promises_and_leaves_nothing_behind(tmp_path: Path) -> None:
    began = processor_s()
    done = subprocess.run(
        COMMAND,
        cwd=tmp_path,
        env=surroundings(tmp_path),
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr
    assert processor_s() - began < LONGEST_S / 2, "the other half is spent waiting"
    for words in (
        "OB1",
        "what was loaded is what runs now: press-3: FB12, OB1 changed",
        "it names the station that did it: 127.0.0.90",
        "that it came by hand: mixer-1: memory card serial",
        "MMC 99AA1D07",
        "filler-5: AuditValue",
        "which routine is not known",
        "key switch",
        "pump-7: stale is over",
        "every one of them a read",
        'Good "git" signature for ccontrol@north',
        "sound: every signature, hash and date holds",
        "Every promise was kept",
    ):
        assert words in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert at_home_in(tmp_path) == []


def test_a_demo_that_is_told_to_end_takes_its_daemon_along(tmp_path: Path) -> None:
    kept, said = tmp_path / "plant", tmp_path / "said"
    with said.open("wb") as out:
        demo = subprocess.Popen(
            [*COMMAND, "--keep", str(kept)],
            cwd=tmp_path,
            env=surroundings(tmp_path),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        while not (kept / "daemon.log").exists():
            assert demo.poll() is None, said.read_text()
            time.sleep(0.1)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(HANGS_S) == 143, said.read_text()
    finally:
        demo.kill()
        demo.wait()
    assert at_home_in(tmp_path) == []
    assert kept.is_dir()


@pytest.mark.parametrize("missing", ["git"])
def test_a_promise_that_cannot_be_kept_is_an_error_and_leaves_nothing(
    tmp_path: Path, missing: str
) -> None:
    done = subprocess.run(
        COMMAND,
        cwd=tmp_path,
        env={**surroundings(tmp_path), "PATH": str(tmp_path / f"no-{missing}-here")},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert done.returncode != 0
    assert "promise was not kept" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_not_played_in(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    done = subprocess.run(
        [*COMMAND, "--keep", str(tmp_path / "mine")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 12
    assert (tmp_path / "mine").read_text() == "precious"
