"""The bundle for a host without a network, made with the real pip and installed without one."""

import os
import re
import shutil
import subprocess  # noqa: TID251 — strangers are programs
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.strangers, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
ONE_PACKAGE = "annotated-types"
OFFLINE = {
    "PATH": os.environ["PATH"],
    "PIP_CONFIG_FILE": os.devnull,
    **dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9"),  # nobody is there
}


def ran(
    *command: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, env=env, cwd=cwd
    )


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make bundle` makes, unpacked as on the host that it was carried to."""
    folder = tmp_path_factory.mktemp("carried")
    pip = (sys.executable, "-m", "pip", "--retries", "0", "--timeout", "10", "download")
    tried = ran(*pip, "--quiet", "--no-deps", "--dest", folder / "tried", ONE_PACKAGE)
    if tried.returncode:
        pytest.skip(f"pip reaches no packages here: {tried.stderr.strip().splitlines()[-1]}")
    made = ran(ROOT / "tools" / "bundle")
    assert made.returncode == 0, made.stderr
    ran("tar", "xzf", ROOT / made.stdout.splitlines()[0], "-C", folder)
    (unpacked,) = folder.glob("ccontrol-*-bundle")
    return unpacked


@pytest.fixture(scope="module")
def installed(bundle: Path) -> Path:
    """The program, installed by the bundle's own script without a network."""
    to = bundle.with_name("opt")
    done = ran(bundle / "install", to, env={**OFFLINE, "PYTHON": sys.executable})
    assert done.returncode == 0, done.stderr
    return to / ".venv" / "bin" / "ccontrol"


def test_what_it_installs_runs_the_whole_demo_without_a_network(
    installed: Path, tmp_path: Path
) -> None:
    done = ran(installed, "demo", env={**OFFLINE, "HOME": str(tmp_path)}, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every promise was kept" in done.stdout


def test_what_it_installs_reads_project_files_with_their_libraries(
    installed: Path, tmp_path: Path
) -> None:
    projects = sorted((ROOT / "tests" / "golden" / "projects").glob("*/after.*"))
    assert len({project.suffix for project in projects}) >= 4
    for project in projects:
        done = ran(installed, "text", project, env=OFFLINE, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), project
        assert done.stdout.startswith("=== ")


def test_a_wheel_that_was_changed_on_the_way_is_refused_before_pip_sees_it(
    bundle: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "bundle"))
    wheel = next(copy.glob("wheels/ccontrol-*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"\n")
    done = ran(copy / "install", tmp_path / "opt", env={**OFFLINE, "PYTHON": sys.executable})
    assert done.returncode != 0
    assert wheel.name in done.stdout
    assert not (tmp_path / "opt").exists()


def test_a_wheel_that_no_hash_is_known_of_is_refused_by_pip(bundle: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "bundle"))
    wheel = next(copy.glob("wheels/olefile-*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"\n")
    sums = ran("find", ".", "-type", "f", "!", "-name", "SHA256SUMS", cwd=copy).stdout.split()
    (copy / "SHA256SUMS").write_text(ran("sha256sum", *sums, cwd=copy).stdout)
    done = ran(copy / "install", tmp_path / "opt", env={**OFFLINE, "PYTHON": sys.executable})
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


def test_every_page_of_the_bundle_finds_the_pages_that_it_names(bundle: Path) -> None:
    missing = [
        f"{page.relative_to(bundle)}: {link}"
        for page in sorted((bundle / "docs").rglob("*.md"))
        for link in LINK.findall(page.read_text())
        if not (page.parent / link).exists()
    ]
    assert missing == []
