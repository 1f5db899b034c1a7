"""`pytest tests/golden --accept` writes what came out over what was expected; read the diff."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="take what came out as expected")


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    # Absent when pytest was started elsewhere and met this folder only on its way.
    return bool(request.config.getoption("--accept", default=False))
