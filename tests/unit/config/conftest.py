"""The folder in which a configuration lies, for the stories about reading it."""

from pathlib import Path

import pytest

from tests.unit.config.families import folder_with_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds the keys which the configurations of the tests name."""
    return folder_with_keys(tmp_path)
