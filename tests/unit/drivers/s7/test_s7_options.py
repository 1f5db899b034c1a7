"""The driver's table in the configuration."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ccontrol.drivers.s7 import DRIVER
from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.drivers.s7.options import S7Options, S7Table, frozen
from ccontrol.model.secret import DOTS, Secret


def test_an_empty_table_is_an_op_connection_to_slot_2() -> None:
    assert DRIVER.freeze(S7Table()) == S7Options(0, 2, ConnectionType.OP, None, ())


def test_what_is_set_is_carried_frozen_and_sorted() -> None:
    table = S7Table(slot=3, connection_type="pg", actual_values=["DB7", "DB11", "DB7"])
    assert frozen(table) == S7Options(0, 3, ConnectionType.PG, None, ("DB11", "DB7"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"rack": 8},
        {"slot": -1},
        {"slot": "2"},
        {"connection_type": "hmi"},
        {"actual_values": ["FB1"]},
        {"slots": 2},
        {"password": "clear text"},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        S7Table.model_validate(wrong)


@pytest.mark.parametrize("text", ["", "ninechars", "gehütet", "a\nb"])
def test_a_password_that_the_wire_cannot_carry_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        S7Table.model_validate({"password": Secret(text)})
    assert "one to eight printable ASCII characters" in str(caught.value)
    assert not text or text not in str(caught.value)


def test_a_password_prints_as_dots() -> None:
    options = frozen(S7Table(password=Secret("sesame")))
    assert DOTS in repr(options)
    assert "sesame" not in repr(options)


def test_the_table_of_another_family_is_a_defect() -> None:
    class Other(BaseModel):
        """Not ours."""

    with pytest.raises(TypeError):
        frozen(Other())
