"""A watched folder as its people see it: the daemon, dropped files, and the commands beside it."""

import json
import subprocess  # noqa: TID251 — stock git reads the store
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.engine_plant import wait_until
from tests.e2e.simulated_plant import Plant, daemon_over, made
from tests.e2e.watched_folder import l5x

FOLDER = """
[[site.folder]]
path = "drop"
look_s = 0.5
settle_s = 0.5
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Plant]:
    """An enrolled press and a folder under a running daemon."""
    with ExitStack() as stack:
        found = made(tmp_path / "plant", stack, ("press",))
        (found.folder / "drop").mkdir()
        with (found.folder / "ccontrol.toml").open("a") as config:
            config.write(FOLDER)
        assert found.run("config", "check").code == 0
        assert found.run("enroll", "press", "--yes").code == 0
        with daemon_over(found):
            wait_until(lambda: found.run("status", "--check").code == 0)
            yield found


def journal(site: Plant) -> list[dict[str, str]]:
    files = (site.folder / "baselines/north/ccontrol/journal").glob("*.jsonl")
    lines = [json.loads(line) for file in sorted(files) for line in file.read_text().splitlines()]
    return [line for line in lines if not line["controller"]]


def test_a_check_ends_with_1_until_what_is_wrong_with_a_folder_is_mended(site: Plant) -> None:
    foreign = site.folder / "drop" / "foreign.L5X"
    foreign.write_bytes(l5x(title="Kiln"))
    wait_until(lambda: site.run("status", "--check").code == 1)
    told = site.run("status", "--check")
    assert "is nobody's: it calls itself Kiln" in told.out.replace("\n", " ")
    foreign.unlink()
    wait_until(lambda: site.run("status", "--check").code == 0)
    wait_until(lambda: any(line["outcome"] == "mended" for line in journal(site)))
    bad, good = (line for line in journal(site) if line["outcome"] in {"failed", "mended"})
    assert (bad["outcome"], good["outcome"]) == ("failed", "mended")
    assert good["reason"] == f"that is over: {bad['reason']}"
    (over,) = (
        line for line in (site.folder / "log").read_text().splitlines() if "that is over" in line
    )
    assert "ERROR" not in over.upper()


def test_an_engineer_reads_what_changed_in_a_dropped_file(site: Plant) -> None:
    dropped = site.folder / "drop" / "Press.L5X"
    dropped.write_bytes(l5x(title="press"))
    wait_until(lambda: "Press.L5X" in site.run("changes").out)
    dropped.write_bytes(l5x("XIO(Start)OTE(Motor);", title="press"))
    wait_until(lambda: "contact Start inverted" in site.run("changes").out)
    newest = site.json("changes", "--controller", "press")["changes"][0]
    shown = site.run("show", newest["change_id"]).out
    assert "contact Start inverted: XIC became XIO" in shown.replace("\n", " ")
    assert "XIO" in site.run("diff", "press", "1d").out
    page = site.folder / "page.html"
    assert site.run("diff", "press", "1d", "--html", str(page)).code in {0, 1}
    assert "<svg" in page.read_text()
    git = ["git", "--git-dir", str(site.folder / "baselines/north"), "show", "--unified=2", "HEAD"]
    patch = subprocess.run([*git, "--", "project"], capture_output=True, text=True, check=True)
    assert "-  XIC(Start)\n+  XIO(Start)\n" in patch.stdout
    kit = site.folder / "kit"
    assert site.run("restore-kit", "press", "-o", str(kit)).code == 0
    assert site.run("verify").code == 0
