"""What may be configured of a processor, and what not."""

import pytest
from pydantic import BaseModel, ValidationError

from ccontrol.drivers.pccc.options import PcccOptions, PcccTable, frozen


def test_nothing_has_to_be_configured() -> None:
    assert frozen(PcccTable()) == PcccOptions()


def test_a_route_and_the_values_to_keep() -> None:
    table = PcccTable.model_validate({"route": "1/3/2/5", "actual_values": ["N7", "F8", "N7"]})
    assert frozen(table) == PcccOptions(((1, "3"), (2, "5")), ("F8", "N7"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"route": "1"},
        {"route": "0/1"},
        {"actual_values": ["n7"]},
        {"actual_values": ["N7:0"]},
        {"password": "x"},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PcccTable.model_validate(wrong)


def test_another_family_s_table_is_no_table_of_ours() -> None:
    class Other(BaseModel):
        pass

    with pytest.raises(TypeError):
        frozen(Other())
