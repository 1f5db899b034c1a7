import signal
import subprocess  # noqa: TID251 — a writer that is killed has to be a process of its own
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ccontrol.errors import StoreError, StoreFullError
from ccontrol.store import durable
from ccontrol.store.spool import Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", limit_bytes=1_000)


def again(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", limit_bytes=1_000)


def test_what_was_put_comes_back_in_its_order_after_a_restart(spool: Spool, tmp_path: Path) -> None:
    for name in ("zeta", "alpha", "press-3.20310506T070809Z"):
        spool.put(name, name.encode())
    restarted = again(tmp_path)
    assert restarted.names() == ("zeta", "alpha", "press-3.20310506T070809Z")
    assert [restarted.path(name).read_bytes() for name in restarted.names()] == [
        b"zeta",
        b"alpha",
        b"press-3.20310506T070809Z",
    ]
    restarted.put("beta", b"")
    assert again(tmp_path).names()[-1] == "beta"


def test_what_was_acknowledged_is_gone_for_good(spool: Spool, tmp_path: Path) -> None:
    spool.put("one", b"1")
    spool.put("two", b"2")
    spool.acknowledge("one")
    assert spool.names() == again(tmp_path).names() == ("two",)
    with pytest.raises(StoreError, match="nothing is kept"):
        spool.acknowledge("one")


def test_the_order_goes_on_after_everything_was_acknowledged(spool: Spool, tmp_path: Path) -> None:
    spool.put("one", b"1")
    spool.put("two", b"2")
    spool.acknowledge("two")
    restarted = again(tmp_path)
    restarted.put("three", b"3")
    assert again(tmp_path).names() == ("one", "three")


def test_a_name_that_is_put_again_is_replaced_in_its_place(spool: Spool) -> None:
    spool.put("one", b"old")
    spool.put("two", b"2")
    spool.put("one", b"new")
    assert spool.names() == ("one", "two")
    assert spool.path("one").read_bytes() == b"new"


def test_a_full_spool_says_so_and_keeps_what_it_has(spool: Spool) -> None:
    spool.put("one", b"x" * 900)
    with pytest.raises(StoreFullError, match="900 bytes wait"):
        spool.put("two", b"y" * 101)
    spool.put("one", b"z" * 1_000)
    assert spool.names() == ("one",)
    spool.acknowledge("one")
    spool.put("two", b"y" * 1_000)
    assert spool.size == 1_000


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/b", "a\0b", "a\nb", "ä", "-rf", ".hidden", "x" * 201]
)
def test_a_name_that_is_no_file_name_is_refused(spool: Spool, name: str) -> None:
    with pytest.raises(StoreError, match="no name that can be kept"):
        spool.put(name, b"")


def test_what_cannot_be_used_is_put_aside_with_its_reason(spool: Spool, tmp_path: Path) -> None:
    spool.put("bad", b"rubbish")
    spool.put("good", b"capture")
    aside = spool.quarantine("bad", "not a capture")
    assert spool.names() == again(tmp_path).names() == ("good",)
    assert aside.read_bytes() == b"rubbish"
    assert aside.with_name(f"{aside.name}.reason").read_text() == "not a capture"
    assert spool.quarantined() == again(tmp_path).quarantined() == (aside,)


def test_files_that_the_spool_did_not_write_are_put_aside_not_deleted(
    spool: Spool, tmp_path: Path
) -> None:
    spool.put("good", b"capture")
    (tmp_path / "spool" / "somebody's notes").write_text("mine")
    (tmp_path / "spool" / "000000000009.good").write_text("a copy")
    restarted = again(tmp_path)
    assert restarted.names() == ("good",)
    assert restarted.path("good").read_bytes() == b"capture"
    assert {path.name for path in restarted.quarantined()} == {
        "somebody's notes",
        "000000000009.good",
    }


def test_half_written_files_of_a_dead_writer_are_swept_away(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "spool" / ".000000000001.half.77-0.tmp").write_bytes(b"hal")
    assert again(tmp_path).names() == ()
    assert again(tmp_path).quarantined() == ()
    assert not list((tmp_path / "spool").glob(".*"))


def test_a_file_that_vanished_is_an_error_with_its_name(spool: Spool, tmp_path: Path) -> None:
    spool.put("one", b"1")
    (tmp_path / "spool" / "000000000001.one").unlink()
    with pytest.raises(StoreError, match=r"000000000001\.one"):
        spool.quarantine("one", "nobody knows why")


def heard(spool: Spool, name: str, content: bytes) -> Path:
    """Write something at a reserved place, as another process does."""
    path = spool.reserve(name)
    with durable.growing(path) as file:
        file.write(content[:3])
        file.write(content[3:])
    return path


def test_what_another_process_wrote_at_its_place_is_kept_in_the_order_of_reserving(
    spool: Spool, tmp_path: Path
) -> None:
    path = heard(spool, "large", b"heard")
    spool.put("small", b"1")
    assert spool.admit("large") == 5
    spool.forgo("large")
    assert spool.path("large").read_bytes() == b"heard"
    assert path.stat().st_mode & 0o777 == 0o600
    assert spool.size == 6
    assert again(tmp_path).names() == ("large", "small")


def test_what_was_whole_when_the_engine_died_is_found_again(spool: Spool, tmp_path: Path) -> None:
    heard(spool, "large", b"heard")
    assert again(tmp_path).path("large").read_bytes() == b"heard"


def test_what_was_half_written_when_the_engine_died_is_removed_and_told(
    spool: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    durable.half_written(spool.reserve("large")).write_bytes(b"hea")
    assert again(tmp_path).names() == ()
    assert "half written: 1 files" in caplog.text
    assert not list((tmp_path / "spool").glob(".*"))


def test_a_place_that_is_given_back_leaves_nothing(spool: Spool, tmp_path: Path) -> None:
    heard(spool, "whole", b"heard")
    durable.half_written(spool.reserve("half")).write_bytes(b"hea")
    for name in ("whole", "half", "never reserved"):
        spool.forgo(name)
    assert [path.name for path in (tmp_path / "spool").iterdir()] == ["quarantine"]
    with pytest.raises(StoreError, match="no place was reserved"):
        spool.admit("whole")


def test_a_file_that_passes_the_limit_is_not_admitted_and_goes(
    spool: Spool, tmp_path: Path
) -> None:
    path = heard(spool, "large", bytes(1_001))
    with pytest.raises(StoreFullError, match="limit"):
        spool.admit("large")
    spool.forgo("large")
    assert not path.exists()
    spool.put("one", bytes(1_000))
    with pytest.raises(StoreFullError):
        spool.require_room()


def test_a_writer_that_fails_leaves_nothing_at_its_place(spool: Spool) -> None:
    path = spool.reserve("large")

    def fail() -> None:
        with durable.growing(path) as file:
            file.write(b"hea")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not path.exists()
    with pytest.raises(StoreError, match="No such file"):
        spool.admit("large")


@pytest.mark.parametrize("name", ["../up", ".hidden", "kept"])
def test_a_place_is_reserved_for_new_names_only(spool: Spool, name: str) -> None:
    spool.put("kept", b"1")
    with pytest.raises(StoreError, match="no name that can be kept"):
        spool.reserve(name)


def test_after_kill_9_everything_acknowledged_is_whole(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from tempfile import TemporaryDirectory
from ccontrol.store import durable
from ccontrol.store.spool import Spool
spool = Spool(Path({str(tmp_path / "spool")!r}), 10**9)
for number in range(100_000):
    spool.put(f"c{{number}}", bytes([number % 256]) * 5000)
    print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        put = [writer.stdout.readline() for _ in range(40)]
        writer.send_signal(signal.SIGKILL)
        put += [line for line in writer.stdout.readlines() if line.endswith(b"\n")]
    spool = Spool(tmp_path / "spool", 10**9)
    assert len(spool.names()) in {len(put), len(put) + 1}
    for number, name in enumerate(spool.names()):
        assert spool.path(name).read_bytes() == bytes([number % 256]) * 5000


NAMES = st.sampled_from(["a", "b.1", "c-2", "d_3"])


class SpoolLaw(RuleBasedStateMachine):
    """Whatever is done to it, a spool is a dictionary that keeps its order over restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = TemporaryDirectory()
        self.folder = Path(self.scratch.name)
        self.spool = Spool(self.folder, 100)
        self.model: dict[str, bytes] = {}

    @rule(name=NAMES, content=st.binary(max_size=60))
    def put(self, name: str, content: bytes) -> None:
        room = 100 - sum(len(value) for key, value in self.model.items() if key != name)
        try:
            self.spool.put(name, content)
        except StoreFullError:
            assert len(content) > room
        else:
            assert len(content) <= room
            self.model[name] = content

    @rule(name=NAMES)
    def acknowledge(self, name: str) -> None:
        if name in self.model:
            self.spool.acknowledge(name)
            del self.model[name]

    @rule()
    def restart(self) -> None:
        self.spool = Spool(self.folder, 100)

    @invariant()
    def holds_what_was_put(self) -> None:
        assert {
            name: self.spool.path(name).read_bytes() for name in self.spool.names()
        } == self.model
        assert list(self.spool.names()) == list(self.model)

    def teardown(self) -> None:
        self.scratch.cleanup()


TestSpoolLaw = SpoolLaw.TestCase
TestSpoolLaw.settings = settings(max_examples=30, stateful_step_count=15)
