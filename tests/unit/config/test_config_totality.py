"""Whatever TOML may hold, the loader answers with a Config or with an error of its own."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.config.load import of_toml
from ccontrol.config.secrets import withheld
from ccontrol.config.settings import Config
from ccontrol.errors import CcontrolError, ConfigError, SecretMissingError
from tests.laws import examples
from tests.unit.config.families import FAMILIES, read

WORDS = [
    *("site", "engine", "store", "defaults", "controller", "name", "title", "id", "area"),
    *("family", "address", "port", "bridge", "criticality", "tags", "schedule", "budget"),
    *("toy", "tin", "rack", "slot", "mode", "password", "values", "path", "signing_key"),
    *("seal_key", "vault_recipient", "file", "env", "credential", "agent", "public_key"),
    *("glance_s", "full_s", "requests_per_s", "connections", "in_flight"),
]
KEYS = st.sampled_from(WORDS) | st.text(max_size=6)
TEXTS = (
    st.sampled_from(["toy", "tin", "press-3", "north", "192.0.2.10", "op", "medium", "DB1"])
    | st.text(max_size=12)
    | st.just("\0")
)
SCALARS = (
    TEXTS
    | st.integers()
    | st.booleans()
    | st.floats()
    | st.just(datetime(2031, 5, 6, tzinfo=UTC))
    | st.just(math.nan)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=10,
)
CONTROLLERS = st.fixed_dictionaries(
    {},
    optional={
        "id": TEXTS,
        "area": TEXTS,
        "family": st.sampled_from(["toy", "tin"]) | VALUES,
        "address": TEXTS,
        "toy": st.dictionaries(KEYS, VALUES, max_size=4) | VALUES,
        "schedule": VALUES,
        "extra": VALUES,
    },
)
SITES = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS,
        "store": st.fixed_dictionaries(
            {"path": TEXTS, "signing_key": VALUES, "seal_key": VALUES}, optional={"x": VALUES}
        )
        | VALUES,
        "defaults": st.dictionaries(KEYS, VALUES, max_size=4) | VALUES,
        "controller": st.lists(CONTROLLERS | VALUES, max_size=3) | VALUES,
    },
)
TOML_LIKE = st.text() | st.lists(
    st.sampled_from([*WORDS, "=", "[", "]", "[[", '"', "\n", "{", "1"])
).map(" ".join)
FILES = st.fixed_dictionaries(
    {"site": st.lists(SITES | VALUES, max_size=2) | VALUES}, optional={"engine": VALUES}
) | st.dictionaries(KEYS, VALUES, max_size=4)


def outcome(make: Callable[[], Config]) -> Config | CcontrolError:
    """Return what came of it; every other exception is a failed test."""
    try:
        return make()
    except (ConfigError, SecretMissingError) as error:
        return error


@settings(max_examples=examples(150))
@given(FILES)
def test_any_tables_end_as_a_config_or_as_faults(raw: Mapping[str, object]) -> None:
    found = outcome(lambda: of_toml(raw, Path("/nowhere/ccontrol.toml"), FAMILIES, withheld))
    if isinstance(found, ConfigError):
        assert found.faults
        assert all(fault.isprintable() for fault in found.faults), found.faults


@given(TOML_LIKE)
def test_any_text_ends_as_a_config_or_as_faults(text: str) -> None:
    found = outcome(lambda: read(text, Path("/nowhere")))
    assert not isinstance(found, ConfigError) or found.faults
