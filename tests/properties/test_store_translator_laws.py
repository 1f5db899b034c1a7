"""Translating only what changed in a tree gives what translating all of it gives."""

import hashlib

from hypothesis import example, given
from hypothesis import strategies as st

from ccontrol.errors import StoreTamperedError
from ccontrol.store import objects
from ccontrol.store.translator import Translator

NAMES = st.sampled_from((b"a", b"b", b"c", b"dd", b"\0", b"40000 x\0" + b"i" * 20))
LINES = st.builds(
    lambda mode, name, number: b"%b %b\0%b" % (mode, name, bytes([number]) * 20),
    st.sampled_from((b"100644", b"40000")),
    NAMES,
    st.sampled_from((0, 1, 0x20, 0x34)),  # among them bytes that look like the next line's
)
TREES = st.lists(LINES, max_size=6).map(b"".join)


def shadow(sha1: bytes) -> bytes:
    return hashlib.sha256(sha1).digest()


def translated(content: bytes, translator: Translator | None = None) -> bytes | None:
    try:
        if translator is not None:
            return translator.translate(content)
        return objects.translate_tree(content, shadow)
    except StoreTamperedError:
        return None


@given(trees=st.lists(TREES, max_size=12))
def test_a_translator_says_of_every_tree_what_it_would_say_of_it_alone(trees: list[bytes]) -> None:
    translator = Translator(shadow)
    assert [translated(tree, translator) for tree in trees] == [translated(tree) for tree in trees]


LINE = b"%b a\0%b"
SHIFTED = LINE % (b"100644", bytes(20)) + LINE % (b"40000", b"\1" * 20)
SHIFTED += LINE % (b"100644", bytes(20)) * 5 + LINE % (b"40000", bytes(20))


@example(tree=SHIFTED, edits=[(265, b"\1\1")])  # the part that differs is no whole lines, all is
@given(
    tree=st.lists(LINES, min_size=1, max_size=8).map(b"".join),
    edits=st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=30)), max_size=6),
)
def test_any_bytes_written_over_a_tree_are_translated_or_refused_as_they_are_alone(
    tree: bytes, edits: list[tuple[int, bytes]]
) -> None:
    translator = Translator(shadow)
    for at, rubbish in edits:
        assert translated(tree, translator) == translated(tree)
        start = at % len(tree)
        tree = (tree[:start] + rubbish + tree[start + len(rubbish) :])[: len(tree)]
    assert translated(tree, translator) == translated(tree)
