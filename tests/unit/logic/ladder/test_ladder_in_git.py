import subprocess  # noqa: TID251 — what stock git shows is what is tested
from pathlib import Path

from ccontrol.logic.ladder.neutral import read_rung
from ccontrol.logic.ladder.text import render

RUNGS = [
    f"[XIC(Start{n}) ,XIC(Run{n}) ]XIO(Stop{n})XIC(A{n})XIC(B{n})XIC(C{n})XIC(D{n})OTE(Run{n});"
    for n in range(5)
]


def test_git_says_of_each_hunk_which_rung_it_is_in(tmp_path: Path) -> None:
    for name, stop in (("before", "XIC(D3)"), ("after", "XIO(D3)")):
        rungs = [read_rung(rung.replace("XIC(D3)", stop)) for rung in RUNGS]
        (tmp_path / name).write_text(render(rungs), "utf-8")
    command = ["git", "diff", "--no-index", "before", "after"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = shown.stdout.splitlines()
    assert [line.partition("@@ ")[2].partition("@@ ")[2] for line in lines if line[:2] == "@@"] == [
        "RUNG -> Run3"
    ]
    changed = [line for line in lines if line[0] in "+-" and line[:3] not in {"+++", "---"}]
    assert changed == ["-  XIC(D3)", "+  XIO(D3)"]
