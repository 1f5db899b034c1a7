"""A plant whose history an authority stamps, as an operator sets it up and looks at it."""

import re
import shutil
from contextlib import ExitStack
from pathlib import Path

from tests.e2e.engine_plant import wait_until
from tests.e2e.simulated_plant import daemon_over, made
from tests.unit.cli.packs import stock
from tests.unit.store.stamp_authority import StampAuthority, serving_stamps

PAGE = (Path(__file__).parents[2] / "docs" / "timestamps.md").read_text()
BY_HAND = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def test_a_configured_authority_stamps_and_everybody_can_check_it(tmp_path: Path) -> None:
    authority = StampAuthority.make(tmp_path / "authority")
    with ExitStack() as stack:
        plant = made(tmp_path / "plant", stack, ("press",))
        served = stack.enter_context(serving_stamps(authority.answer))
        table = f'[site.timestamps]\nurl = "{served.url}"\nauthorities = ["{authority.ca}"]\n'
        with (plant.folder / "ccontrol.toml").open("a") as config:
            config.write(f"\n{table}")
        assert plant.run("config", "check").code == 0
        with daemon_over(plant):
            assert plant.run("enroll", "press", "--yes").code == 0
            wait_until(lambda: "time stamps: newest of" in plant.run("status").out)
    verified = plant.run("verify", "--tsa-ca", str(authority.ca))
    assert verified.code == 0, verified.out + verified.err
    assert "1 of 1 time stamps hold" in verified.out
    clone = tmp_path / "clone"
    stock("git", "clone", "-q", str(plant.folder / "baselines" / "north"), str(clone))
    listing = ("ls-tree", "-r", "--name-only", "origin/observed", "journal/stamps")
    path = stock("git", "-C", str(clone), *listing).strip()
    shutil.copy(authority.ca, clone / "tsa-root.pem")
    by_hand = BY_HAND[0].replace("journal/stamps/2026/11-29.tsr", path)
    said = stock("sh", "-e", "-c", f"cd '{clone}'\n{by_hand}")
    assert "Verification: OK" in said
    assert "and it is part of this history" in said
