"""Verification is total: whatever a commit's bytes are, it ends in faults, never in a traceback."""

import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.errors import StoreTamperedError
from ccontrol.store import commits, refs, signing
from ccontrol.store.objects import frame, sha1_id
from ccontrol.store.verify_commit import chain_faults, signature_fault
from tests.laws import examples
from tests.unit.store.made_store import Site

BRANCH = "refs/heads/observed"
NUMBERS = st.integers(-(10**18), 10**18).map(lambda number: b"%d" % number)
RUBBISH = st.one_of(
    NUMBERS,
    st.binary(max_size=40),
    st.sampled_from((b"\n", b"\n\n", b"gpgsig ", b"parent " + b"a" * 40 + b"\n", b"\xff", b"\0")),
)
CUTS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 60), RUBBISH), max_size=4)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        site = Site.make(Path(folder))
        site.write({"plant/press/id": b"1"})
        yield site


def head_of(site: Site) -> commits.Commit:
    name = site.git("rev-parse", "HEAD").strip()
    path = site.git_dir / "objects" / name[:2] / name[2:]
    return commits.parse(name, zlib.decompress(path.read_bytes()).split(b"\0", 1)[1])


def mutated(raw: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for start, length, rubbish in cuts:
        at = start % (len(raw) + 1)
        raw = raw[:at] + rubbish + raw[at + length :]
    return raw


@settings(max_examples=examples(400))
@given(cuts=CUTS, signs_again=st.booleans())
def test_a_commit_of_any_bytes_is_judged(
    site: Site, cuts: list[tuple[int, int, bytes]], *, signs_again: bool
) -> None:
    genuine = head_of(site)
    if signs_again:
        payload = mutated(genuine.signed_part, cuts)
        raw = commits.signed(payload, signing.sign(site.signer, payload))
    else:
        raw = mutated(genuine.raw, cuts)
    try:
        commit = commits.parse("x", raw)
    except StoreTamperedError:
        return
    assert all(isinstance(fault, str) for fault in chain_faults(commit, genuine))
    fault = signature_fault(commit, site.daemon.trust)
    assert signs_again or raw == genuine.raw or fault is not None


@settings(max_examples=12)
@given(cuts=CUTS)
def test_a_store_whose_head_is_any_bytes_is_judged(
    site: Site, cuts: list[tuple[int, int, bytes]]
) -> None:
    genuine = head_of(site)
    raw = mutated(genuine.raw, cuts)
    name = sha1_id("commit", raw).hex()
    path = site.git_dir / "objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(zlib.compress(frame("commit", raw)))
    (site.git_dir / BRANCH).write_text(f"{name}\n")
    try:
        assert (site.verify().faults == ()) == (raw == genuine.raw)
    finally:
        (site.git_dir / BRANCH).write_text(f"{genuine.id}\n")


@settings(max_examples=examples(300))
@given(content=st.one_of(st.binary(max_size=200), st.text("#^ 0af\nrefs/heads", max_size=90)))
def test_packed_branches_of_any_bytes_are_read_or_refused(content: bytes | str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = content if isinstance(content, bytes) else content.encode()
        (Path(folder) / "packed-refs").write_bytes(raw)
        try:
            found = refs.packed(Path(folder))
        except StoreTamperedError:
            return
        assert all(name.startswith("refs/") for name in found)
