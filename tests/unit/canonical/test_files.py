"""Files on their way into the store: packed while they wait, and what they were afterwards."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.canonical.files import Files

CONTENTS = st.binary(max_size=40) | st.binary(min_size=1, max_size=4).map(lambda some: some * 999)


@given(st.dictionaries(st.text(max_size=8), CONTENTS))
def test_every_content_comes_back_as_it_was(files: dict[str, bytes]) -> None:
    held = Files(files.items())
    assert held == files
    assert list(held) == list(files)


def test_a_path_that_is_not_there_is_no_file() -> None:
    held = Files([("a", b"1")])
    assert "b" not in held
    with pytest.raises(KeyError):
        held["b"]


def test_texts_taken_one_by_one_are_never_held_together() -> None:
    text = b"      A     I 1.0\n" * 60_000
    tracemalloc.start()
    held = Files((f"views/{number}", text + b"%d" % number) for number in range(40))
    assert sum(len(content) for content in held.values()) > 40 * len(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * len(text)
