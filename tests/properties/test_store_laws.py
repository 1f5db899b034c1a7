"""Laws of trees, messages and signatures, attacked with whatever Hypothesis finds."""

import subprocess  # noqa: TID251 — git's own reading of trailers and trees is the judge
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.errors import SigningError, StoreTamperedError
from ccontrol.store import commits, message, objects, signing, sshwire, trees
from ccontrol.store.message import PARENT_TRAILER, TREE_TRAILER, Message
from ccontrol.store.objects import Entry, Ids
from tests.unit.store.made_store import git

NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.~-]{0,6}[A-Za-z0-9_]", fullmatch=True)
CONTENTS = st.binary(max_size=40)
NESTED = st.recursive(
    st.dictionaries(NAMES, CONTENTS, min_size=1, max_size=4),
    lambda inner: st.dictionaries(NAMES, inner | CONTENTS, min_size=1, max_size=4),
    max_leaves=12,
)
OWN = ((TREE_TRAILER, "0" * 64), (PARENT_TRAILER, "1" * 64))
TRAILERS = st.lists(
    st.tuples(st.from_regex(r"[A-Z][a-z]{1,8}-[A-Z][a-z]{1,8}", fullmatch=True), st.text()),
    max_size=4,
).map(tuple)
TURNING = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
SUBJECTS = st.text().filter(lambda text: bool(text.strip()))


def flat(nested: dict[str, object], prefix: str = "") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, value in nested.items():
        if isinstance(value, bytes):
            found[prefix + name] = value
        elif isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}/")
    return found


class Shelf:
    """A store of objects in memory."""

    def __init__(self) -> None:
        self.trees: dict[bytes, bytes] = {}
        self.shadows: dict[bytes, bytes] = {}

    def put(self, kind: objects.Kind, content: bytes) -> None:
        if kind == "tree":
            self.trees[objects.sha1_id(kind, content)] = content

    def load(self, sha1: bytes) -> dict[str, Entry]:
        return objects.parse_tree(self.trees[sha1])

    def build(self, base: Ids | None, edits: trees.Edits, replace: tuple[str, ...] = ()) -> Ids:
        builder = trees.TreeBuilder(self.load, lambda _entries: self.shadows, self.put)
        ids = builder.build(None if base is None else base.sha1, trees.plan(edits, replace))
        self.shadows |= builder.fresh
        assert ids is not None
        return ids


@settings(max_examples=12)
@given(nested=NESTED)
def test_tree_ids_are_those_of_git_in_both_formats(nested: dict[str, object]) -> None:
    ids = Shelf().build(None, dict(flat(nested)))
    for form, wanted in (("sha1", ids.sha1), ("sha256", ids.sha256)):
        with tempfile.TemporaryDirectory() as folder:
            git("init", "-q", f"--object-format={form}", folder)
            for path, content in flat(nested).items():
                target = Path(folder) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            git("-c", "core.autocrlf=false", "add", "-A", "-f", where=Path(folder))
            assert git("write-tree", where=Path(folder)).strip() == wanted.hex()


@settings(max_examples=40)
@given(before=NESTED, after=NESTED)
def test_editing_leads_to_the_same_tree_as_beginning_anew(
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    shelf = Shelf()
    start = shelf.build(None, {f"old/{path}": text for path, text in flat(before).items()})
    wanted = {f"old/{path}": text for path, text in flat(after).items()}
    assert shelf.build(start, dict(wanted), ("old",)) == Shelf().build(None, dict(wanted))


@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_tree_that_round_trips_or_are_refused(content: bytes) -> None:
    try:
        entries = objects.parse_tree(content)
    except StoreTamperedError:
        return
    assert len(objects.format_tree(entries)) <= len(content)


@settings(max_examples=40)
@given(subject=SUBJECTS, body=st.text(), trailers=TRAILERS)
def test_git_reads_exactly_our_trailers_whatever_the_text(
    subject: str,
    body: str,
    trailers: tuple[tuple[str, str], ...],
) -> None:
    text = message.compose(Message(subject, body, trailers), OWN)
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    parsed = [line.partition(":")[0] for line in done.stdout.decode().split("\n") if line]
    wanted = [name for name, _value in (*trailers, *OWN)]
    assert parsed == wanted
    assert [name for name, _value in message.trailers(text)] == wanted
    assert dict(message.trailers(text))[TREE_TRAILER] == "0" * 64


@given(subject=SUBJECTS, body=st.text())
def test_no_text_steers_a_terminal(subject: str, body: str) -> None:
    text = message.compose(Message(subject, body), OWN)
    assert {unicodedata.category(sign) for sign in text.replace("\n", "")} & {"Cc", "Cs"} == set()
    assert {unicodedata.bidirectional(sign) for sign in text} & TURNING == set()
    assert message.visible(text.replace("\n", "")) == text.replace("\n", "")


@settings(max_examples=40)
@given(subject=SUBJECTS, body=st.text(), parent=st.none() | st.just("b" * 40))
def test_a_commit_is_read_as_it_was_written(subject: str, body: str, parent: str | None) -> None:
    text = message.compose(Message(subject, body), OWN)
    payload = commits.unsigned("a" * 40, parent, commits.identity("plant <1>\n"), 1234, text)
    read = commits.parse("c" * 40, commits.signed(payload, "-----X\nY\n"))
    assert (read.signed_part, read.text, read.is_plain) == (payload, text, True)
    assert read.parents == (() if parent is None else (parent,))
    assert (read.signature, read.committed_s) == ("-----X\nY", 1234)
    assert read.author == "ccontrol <ccontrol@plant--1>"


@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_commit_or_are_refused(content: bytes) -> None:
    try:
        commits.parse("c" * 40, content)
    except StoreTamperedError:
        return
    assert content.startswith(b"tree ")


@given(text=st.text(alphabet="ABCD+/=\n- SHIGNATUREBEGIN", max_size=200) | st.text())
def test_any_text_is_a_signature_or_is_refused(text: str) -> None:
    with pytest.raises(SigningError):
        signing.parse(text)


@given(blob=st.binary(max_size=120), key=st.binary(max_size=60))
def test_rubbish_inside_the_armour_is_refused(blob: bytes, key: bytes) -> None:
    signature = signing.Signature(sshwire.string(b"ssh-ed25519") + key, "git", "sha512", "x", blob)
    with pytest.raises(SigningError):
        signing.verify(signature, b"text")


@given(value=st.integers(0, 2**600))
def test_numbers_have_the_shortest_form_without_a_sign(value: int) -> None:
    written = sshwire.Reader(sshwire.number(value)).string()
    assert int.from_bytes(written, "big") == value
    assert not written or written[0] < 0x80
    assert written[:1] != b"\0" or written[1] >= 0x80


@given(
    st.dictionaries(st.sampled_from("abc"), st.none() | st.binary(max_size=3)),
    st.dictionaries(st.sampled_from("bcd"), st.none() | st.binary(max_size=3)),
)
def test_edits_from_several_sources_are_one_and_the_first_counts(
    first: dict[str, bytes | None], second: dict[str, bytes | None]
) -> None:
    assert trees.Together(first, second) == {**second, **first}
    assert len(trees.Together(first, second)) == len({**second, **first})
