"""Limits that keep the house liveable: a test that fails here asks for a cut, not an exception."""

import ast
import subprocess  # noqa: TID251 — the import contracts are checked by their own program
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = sorted((ROOT / "ccontrol").rglob("*.py"))
ALL = [*OURS, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]
LINES_AT_MOST = 400
FUNCTION_LINES = 30
LONG_FUNCTIONS_AT_MOST = 0.1
FORBIDDEN_WORDS = ("utils", "helpers", "common", "manager", "base")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def failing(paths: Iterable[Path], holds: Callable[[str], bool]) -> list[str]:
    """Name every file that breaks a rule: thousands of tests of a line each are dear to run."""
    return [str(path.relative_to(ROOT)) for path in paths if not holds(path.read_text())]


def test_every_module_fits_in_one_sitting() -> None:
    assert failing(ALL, lambda text: len(text.splitlines()) <= LINES_AT_MOST) == []


def test_nine_in_ten_functions_fit_on_a_screen() -> None:
    lengths = [
        (node.end_lineno or 0) - node.lineno + 1 for path in OURS for node in functions(path)
    ]
    long = sum(length > FUNCTION_LINES for length in lengths)
    assert long / len(lengths) <= LONG_FUNCTIONS_AT_MOST


def test_every_module_says_what_it_holds() -> None:
    assert failing(OURS, lambda text: bool(ast.get_docstring(ast.parse(text)))) == []


def test_no_room_is_called_after_nothing() -> None:
    names = {part for path in OURS for part in path.relative_to(ROOT).with_suffix("").parts}
    assert names.isdisjoint(FORBIDDEN_WORDS)


def test_no_import_crosses_a_border() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
