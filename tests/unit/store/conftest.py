"""A store with a short history, for the stories about what is done to it."""

from pathlib import Path

import pytest

from tests.unit.store.made_store import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A press that changed twice, beside a mill that never did."""
    site = Site.make(tmp_path)
    for text in (b"1", b"2", b"3"):
        site.write({"plant/press/id": text, "plant/mill/id": b"mill"})
    return site
