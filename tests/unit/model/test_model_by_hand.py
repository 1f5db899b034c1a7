"""What only a hand moves, by name."""

import pytest

from ccontrol.model.by_hand import Hand, moved_by_hand
from ccontrol.model.unit import UnitId


@pytest.mark.parametrize(
    ("kind", "key", "field", "hand"),
    [
        ("hardware", "memory-card", "serial", Hand.CARD),
        ("hardware", "memory-card-rack1", "serial", Hand.CARD),
        ("hardware", "memory-card", "state", None),
        ("hardware", "rack", "serial", None),
        ("identity", "cpu", "serial", None),
        ("module", "slot2", "serial", None),
        ("protection", "cpu", "mode_switch", Hand.SWITCH),
        ("protection", "controller", "key", Hand.SWITCH),
        ("protection", "cpu", "valid_level", None),
        ("protection", "cpu", "switch_level", None),
        ("mode", "cpu", "mode", None),
    ],
)
def test_only_cards_and_switches_take_a_hand(
    kind: str, key: str, field: str, hand: Hand | None
) -> None:
    assert moved_by_hand(UnitId(kind, key), field) is hand
