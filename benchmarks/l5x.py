"""How fast an L5X of 50 MB becomes text, beside lxml alone; and how much noise the text leaves out.

Wanted: at most 6 s and 150 MB for 50 MB; at least 5 times fewer lines of difference than raw,
values apart, over the consecutive versions of real projects.
"""

import argparse
import os
import subprocess  # noqa: TID251 — each figure is taken in a process of its own
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path

from benchmarks._l5x_plant import make_project
from ccontrol.logic.file import ProjectFile
from ccontrol.logic.l5x.reader import FORMAT
from ccontrol.logic.project import Project
from ccontrol.model.aspect import Aspect

SECONDS, MEMORY_MB, TIMES_FEWER = 6.0, 150.0, 5.0
_ROW = "{:>34} {:>8} {:>8} {:>10} {:>9}"
_NOISE = "{:>34} {:>9} {:>14} {:>12}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one row per method, then per history; 1 when one of ours misses its goal."""
    options = _options(arguments)
    if options.measure:
        return _measure(options.measure, options.file)
    print(_ROW.format("method", "MB", "s", "MB/s", "peak MB"))
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plant.L5X"
        make_project(path, options.megabytes)
        for method in ("ccontrol", "lxml alone"):
            missed |= _child(method, path)
        return missed | _noise(options.corpus, Path(folder))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    beside = Path(__file__).parents[2] / "shared" / "corpus"
    corpus = Path(os.environ.get("CCONTROL_CORPUS", beside)) / "l5x"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--corpus", type=Path, default=corpus, help="folders of NAME@WHEN.L5X")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _child(method: str, path: Path) -> int:
    command = [sys.executable, "-m", "benchmarks.l5x", "--measure", method, "--file", str(path)]
    done = subprocess.run(command, check=False)
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, command)
    return done.returncode


def _measure(method: str, path: Path) -> int:
    start = time.process_time()  # of the processor: others who share the machine do not count
    if method == "ccontrol":
        _read(path)
    else:
        _lxml_alone(path)
    seconds = time.process_time() - start
    size, peak = path.stat().st_size / 1e6, _peak_mb()
    row = (method, f"{size:.1f}", f"{seconds:.2f}", f"{size / seconds:.1f}", f"{peak:.0f}")
    print(_ROW.format(*row), flush=True)
    return int(method == "ccontrol" and not (seconds <= SECONDS and peak <= MEMORY_MB))


def _read(path: Path) -> Project:
    with path.open("rb") as stream:
        file = ProjectFile(path.name, path.stat().st_size, stream)
        return FORMAT.read(file, lambda _: "sealed")


def _lxml_alone(path: Path) -> None:
    from lxml import etree  # noqa: PLC0415 — the peer; ours must not be measured with it

    tree = etree.parse(str(path), etree.XMLParser(huge_tree=True, remove_blank_text=True))
    etree.tostring(tree, pretty_print=True, encoding="unicode")


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024


def _noise(corpus: Path, folder: Path) -> int:
    """Print how many lines differ between versions that follow on each other, raw and as text."""
    print(f"\n{_NOISE.format('lines of difference', 'raw', 'with values', 'without')}")
    totals = [0, 0, 0]
    for name, versions in _histories(corpus):
        counts = [0, 0, 0]
        for before, after in pairwise(versions):
            pair = list(zip(_forms(before), _forms(after), strict=True))
            for at, (old, new) in enumerate(pair):
                counts[at] += _differences(old, new, folder)
        totals = [sum(both) for both in zip(totals, counts, strict=True)]
        print(_NOISE.format(name[-34:], *counts), flush=True)
    raw, _, without = totals
    print(_NOISE.format("all", *totals))
    if not raw:
        print(f"no versions to compare in {corpus}")
        return 0
    print(f"{raw / max(without, 1):.1f} times fewer lines, values apart")
    return int(raw < TIMES_FEWER * without)


def _histories(corpus: Path) -> Iterator[tuple[str, list[Path]]]:
    found = sorted(corpus.glob("*/*@*.L5X"))
    for name, versions in groupby(found, lambda path: path.name.partition("@")[0]):
        yield name, list(versions)


def _forms(path: Path) -> tuple[str, str, str]:
    """Return the file as it is, its text, and its text without values."""
    parts = _read(path).parts
    texts = {part: f"{part.name} {part.language}\n{part.text}" for part in parts}
    logic = (text for part, text in texts.items() if part.aspect is not Aspect.VALUES)
    raw = path.read_bytes().decode("utf-8-sig", "replace")
    return raw, "".join(texts.values()), "".join(logic)


def _differences(before: str, after: str, folder: Path) -> int:
    paths = [folder / "before", folder / "after"]
    for path, text in zip(paths, (before, after), strict=True):
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    command = ["git", "diff", "--no-index", "--numstat", *map(str, paths)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    words = done.stdout.split()
    return sum(map(int, words[:2])) if words else 0


if __name__ == "__main__":
    sys.exit(main())
