"""The population as it was imported last, beside the history of a site."""

from pathlib import Path

from ccontrol.evidence.facts import Asset
from ccontrol.evidence.population import parse_population
from ccontrol.store import durable
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import OWN_FOLDER

_NAME = "population.csv"


def read_population(git_dir: Path) -> tuple[Asset, ...]:
    """Return the assets that were imported; none when nothing was."""
    path = git_dir / OWN_FOLDER / _NAME
    with named_failures(path):
        if not path.is_file():
            return ()
        return parse_population(str(path), path.read_bytes())


def write_population(git_dir: Path, content: bytes) -> None:
    """Replace it, durably. The content was read as one before."""
    durable.write_whole(git_dir / OWN_FOLDER / _NAME, content)
