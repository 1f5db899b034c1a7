"""The benchmarks of the store run anywhere, if small, and print what they promise."""

from pathlib import Path

import pytest

from benchmarks import store_commit, store_history

WHERE = "--folder"
VERDICTS = (0, 1)
"""Goals met or missed: at this size, on a machine that is shared, neither says anything."""


def test_the_commit_benchmark_prints_us_beside_the_peer(
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    sizes = ["--controllers", "2", "--commits", "3", "--peer", "1", WHERE, str(tmp_path)]
    assert store_commit.main(sizes) in VERDICTS
    rows = capfd.readouterr().out.splitlines()[-2:]
    assert ["ccontrol" in rows[0], "GitPython index" in rows[1]] == [True, True]


def test_the_history_benchmark_prints_us_beside_the_peer(
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    sizes = ["--controllers", "20", "--commits", "40", "--nightly", "20", WHERE, str(tmp_path)]
    assert store_history.main(sizes) in VERDICTS
    said = capfd.readouterr().out
    assert "KB a commit" in said
    assert "git log %G?" in said
