"""The bundle for hosts without a network: what goes into it, and that its scripts are scripts.

Making one needs a package index, so that whole is tried by `make bundle` and not here.
"""

import re
import subprocess  # noqa: TID251 — bash and the bundle's own Python are what is tested
import sys
import tomllib

import pytest

from tests.unit.docs.program import ROOT

BUNDLE = ROOT / "tools" / "bundle"


def heredoc(name: str) -> str:
    found = re.search(rf"<<'{name}'\n(.*?)^{name}$", BUNDLE.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def runtime_lock() -> str:
    """The part of the lock that goes into the bundle."""
    done = subprocess.run(
        [sys.executable, "-", str(ROOT / "requirements.lock")],
        input=heredoc("PYTHON"),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def names(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))


def test_everything_that_we_import_goes_into_the_bundle(runtime_lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=]", one)[0].lower() for one in project["dependencies"]}
    assert wanted <= names(runtime_lock)


def test_tools_for_development_stay_at_home(runtime_lock: str) -> None:
    assert names(runtime_lock).isdisjoint({"pytest", "ruff", "mypy", "hypothesis", "hatchling"})


def test_every_wheel_has_the_hashes_of_our_lock(runtime_lock: str) -> None:
    ours = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"(?m)^(?=[a-z])", runtime_lock)[1:]
    assert blocks
    for block in blocks:
        assert "--hash=sha256:" in block
        assert block.rstrip() in ours


@pytest.mark.parametrize("script", ["bundle", "install"])
def test_its_scripts_are_understood_by_bash(script: str) -> None:
    text = BUNDLE.read_text() if script == "bundle" else heredoc("INSTALL")
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
