"""Words in pictures: how wide they are, how they are broken and made safe."""

from hypothesis import given
from hypothesis import strategies as st

from ccontrol.pictures.lettering import broken, cells, clipped, safe


@given(st.text(max_size=200), st.integers(2, 40))
def test_a_clipped_text_fits_and_keeps_both_ends(text: str, most: int) -> None:
    found = clipped(text, most)
    assert cells(found) <= most
    if cells(text) <= most:
        assert found == text


@given(st.text(max_size=300), st.integers(4, 40), st.integers(1, 5))
def test_broken_lines_fit_and_are_not_too_many(text: str, most: int, lines: int) -> None:
    found = broken(text, most, lines)
    assert 1 <= len(found) <= lines
    assert all(cells(line) <= most for line in found)
    if cells(text) <= most:
        assert "".join(found) == text


def test_names_that_differ_at_their_ends_still_differ_when_clipped() -> None:
    names = {clipped(f"Line4.Conveyor[{n}].Station.Drive.Fault_{n}", 20) for n in range(9)}
    assert len(names) == 9


def test_names_break_at_their_joints() -> None:
    assert broken("Conveyor_Failures.Contactor_Failure", 26, 3) == (
        "Conveyor_Failures.",
        "Contactor_Failure",
    )


def test_wide_letters_count_twice_and_accents_not_at_all() -> None:
    assert cells("ポンプ") == 6
    assert cells("e\N{COMBINING ACUTE ACCENT}") == 1


@given(st.text(max_size=100))
def test_safe_words_hold_no_markup_and_nothing_that_steers(text: str) -> None:
    found = safe(text)
    assert not set('<>"') & set(found)
    assert found.isprintable()
