"""Time stamps under a real engine and a real daemon: asked, checked, stored, verified later.

The authority is openssl's behind HTTP; whoever plays a hostile one answers with what openssl made
for something else, or with bytes of its own.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.stamps import COMMIT_TRAILER, stamp_path
from ccontrol.clock import Clock, SystemClock
from ccontrol.config.settings import TimestampSettings
from ccontrol.errors import TimeStampError
from ccontrol.model.journal import Outcome
from ccontrol.model.secret import Secret
from ccontrol.poll import stamper, stamping
from ccontrol.poll.stamper import Stamper
from ccontrol.poll.stamping import ask
from ccontrol.poll.stamping_trouble import stamping_trouble
from ccontrol.store import allowed_signers, keys
from ccontrol.store.commits import principal
from ccontrol.store.repository import Repository
from ccontrol.store.time_stamp import LARGEST, authorities_of
from ccontrol.store.verify import Report, verify
from ccontrol.store.verify_commit import Trust
from ccontrol.store.verify_stamps import StampTrust
from tests.e2e.engine_plant import CLOCK, Plant, Watch, daemon, git, wait_until
from tests.unit.poll.toy import Plc
from tests.unit.store.stamp_authority import StampAuthority, openssl, serving_stamps

pytestmark = pytest.mark.usefixtures("workers_find_the_toy")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority.make(tmp_path_factory.mktemp("authority") / "own")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts that a test need not sit out."""
    monkeypatch.setattr(stamper, "LOOK_S", 0.1)
    monkeypatch.setattr(stamper, "RETRY_FIRST_S", 0.2)


class AheadClock(SystemClock):
    """A host whose clock somebody set a quarter of an hour ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=15)


@contextmanager
def stamping_at(
    watch: Watch, authority: StampAuthority, url: str, clock: Clock = CLOCK
) -> Iterator[Stamper]:
    settings = TimestampSettings(url, (authority.ca,))
    watch.site.site = replace(watch.site.site, timestamps=settings)
    found = Stamper(watch.site, clock)
    found.start()
    try:
        yield found
    finally:
        found.stop(30)


def stamps(plant: Plant) -> dict[str, bytes]:
    with Repository.open(plant.site.store.path) as repository:
        return repository.read("journal/stamps")


def verified(plant: Plant, authority: StampAuthority) -> Report:
    name = plant.site.name
    key = keys.FileSigner.load(plant.folder / "key").public_key
    trust = Trust(principal(name), allowed_signers.only(principal(name), key))
    stamp_trust = StampTrust(authorities_of(authority.ca), expected=True)
    return verify(plant.site.store.path, trust, stamps=stamp_trust)


def holds_for_openssl(plant: Plant, authority: StampAuthority, folder: Path) -> bool:
    """Say what `openssl ts -verify` says of the one stamp, on nothing but what git gives out."""
    ((path, answer),) = stamps(plant).items()
    (folder / "stamp.tsr").write_bytes(answer)
    git_dir = plant.site.store.path
    told = f"--format=%(trailers:key={COMMIT_TRAILER},valueonly)"
    commit = git(git_dir, "log", "-1", told, "observed", "--", path).stdout.strip()
    (folder / "commit").write_text(git(git_dir, "cat-file", "commit", commit).stdout)
    read = ("-in", folder / "stamp.tsr", "-data", folder / "commit", "-CAfile", authority.ca)
    return b"Verification: OK" in openssl("ts", "-verify", *read)


def said_of_failing(plant: Plant) -> list[str]:
    return [one.reason for one in plant.journal("") if one.outcome is Outcome.FAILED]


def test_the_head_is_stamped_once_a_day_and_both_tools_agree(
    known: Watch, plant: Plant, plc: Plc, authority: StampAuthority, tmp_path: Path
) -> None:
    with serving_stamps(authority.answer) as served, stamping_at(known, authority, served.url):
        wait_until(lambda: bool(stamps(plant)))
        plc.mode = "stop"
        known.poll()
        wait_until(lambda: Outcome.STAMPED in plant.outcomes(""))
    with serving_stamps(authority.answer) as again, stamping_at(known, authority, again.url):
        plc.mode = "run"
        known.poll()
    assert len(served.asked) == 1
    assert again.asked == []
    (path,) = stamps(plant)
    assert path in {stamp_path(CLOCK.now().date() - timedelta(days=ago)) for ago in (0, 1)}
    report = verified(plant, authority)
    assert report.faults == ()
    assert [day.holds for day in report.stamps] == [True]
    assert holds_for_openssl(plant, authority, tmp_path)


def test_an_authority_that_comes_late_is_asked_until_it_answers(
    known: Watch, plant: Plant, authority: StampAuthority
) -> None:
    is_there = threading.Event()

    def answering(query: bytes) -> bytes | None:
        return authority.answer(query) if is_there.is_set() else None

    with serving_stamps(answering) as served, stamping_at(known, authority, served.url):
        wait_until(lambda: len(served.asked) > 1)
        known.poll()  # nobody waits for the authority
        assert stamping_trouble(plant.places) is not None
        assert stamps(plant) == {}
        is_there.set()
        wait_until(lambda: bool(stamps(plant)))
        wait_until(lambda: stamping_trouble(plant.places) is None)
    (told,) = {*said_of_failing(plant)}
    assert "the authority could not be asked" in told
    assert len(said_of_failing(plant)) == 1
    assert verified(plant, authority).faults == ()


def test_new_settings_are_tried_at_once(
    known: Watch, plant: Plant, authority: StampAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever mends the address does not sit out the pause after the last failure."""
    monkeypatch.setattr(stamper, "RETRY_FIRST_S", 1e6)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with stamping_at(known, authority, f"http://127.0.0.1:{port}/tsr"):
        wait_until(lambda: stamping_trouble(plant.places) is not None)
        with serving_stamps(authority.answer) as served:
            settings = TimestampSettings(served.url, (authority.ca,))
            known.site.site = replace(known.site.site, timestamps=settings)
            wait_until(lambda: bool(stamps(plant)))


HOSTILE = {
    "something else": "it is a time stamp of something else",
    "the same again": "its nonce differs",
    "nothing": "the authority could not be asked",
    "rubbish": "this is no time stamp",
    "endless": f"more than {LARGEST} bytes",
    "refusal": "the authority refuses, status 2",
    "stranger": "does not hold",
    "expired": "certificate has expired",
    "ahead": "and our clock",
}


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    """Nobody trusts it, and its certificate ends tomorrow."""
    return StampAuthority.make(tmp_path_factory.mktemp("stranger") / "own", days=1)


@pytest.mark.parametrize("how", HOSTILE)
def test_whatever_a_hostile_authority_answers_is_told_and_never_stored(
    how: str, known: Watch, plant: Plant, authority: StampAuthority, stranger: StampAuthority
) -> None:
    def answering(query: bytes) -> bytes | None:
        with Repository.open(plant.site.store.path) as repository:
            content = repository.objects.content(bytes.fromhex(repository.head() or ""), "commit")
        now = CLOCK.now()
        answers: dict[str, Callable[[], bytes | None]] = {
            "something else": lambda: authority.answer(authority.query(b"another")),
            "the same again": lambda: authority.answer(authority.query(content)),
            "nothing": lambda: None,
            "rubbish": lambda: b"<html>log in to the portal</html>",
            "endless": lambda: bytes(5 * LARGEST),
            "refusal": lambda: authority.answer(authority.query(content, "-sha384")),
            "stranger": lambda: stranger.answer(query),
            "expired": lambda: stranger.answer(query, now + timedelta(days=2)),
            "ahead": lambda: authority.answer(query, now + timedelta(minutes=15)),
        }
        return answers[how]()

    trusted = stranger if how == "expired" else authority
    with serving_stamps(answering) as served, stamping_at(known, trusted, served.url):
        wait_until(lambda: bool(said_of_failing(plant)))
        known.poll()
    assert HOSTILE[how] in said_of_failing(plant)[0]
    trouble = stamping_trouble(plant.places)
    assert trouble is not None
    assert HOSTILE[how] in trouble.what
    assert stamps(plant) == {}


def test_a_host_whose_clock_is_ahead_stores_no_stamp_that_would_contradict_it(
    known: Watch, plant: Plant, authority: StampAuthority
) -> None:
    with (
        serving_stamps(authority.answer) as served,
        stamping_at(known, authority, served.url, AheadClock()),
    ):
        wait_until(lambda: stamping_trouble(plant.places) is not None)
    trouble = stamping_trouble(plant.places)
    assert trouble is not None
    assert "and our clock" in trouble.what
    assert stamps(plant) == {}


def test_an_authority_that_never_ends_is_cut_off(
    authority: StampAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then would outlast any limit on single reads."""
    monkeypatch.setattr(stamping, "ANSWER_S", 1.0)
    ended = threading.Event()

    def trickle(server: socket.socket) -> None:
        door, _ = server.accept()
        with door:
            door.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not ended.wait(0.05):
                try:
                    door.sendall(b"0")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server,))
        thread.start()
        settings = TimestampSettings(
            f"http://127.0.0.1:{server.getsockname()[1]}/", (authority.ca,)
        )
        try:
            with pytest.raises(TimeStampError, match="no answer within 1 s"):
                ask(settings, b"content")
        finally:
            ended.set()
            thread.join()


def test_a_user_and_a_password_go_out_and_a_redirect_is_not_followed(
    authority: StampAuthority,
) -> None:
    with serving_stamps(authority.answer) as served:
        who = {"user": "north", "password": Secret("secret")}
        settings = TimestampSettings(served.url, (authority.ca,), **who)  # type: ignore[arg-type]  # by name
        assert ask(settings, b"content").stamp.authority == "CN=time.plant"
    (headers,) = served.headers
    assert headers["Authorization"] == "Basic bm9ydGg6c2VjcmV0"
    assert headers["Content-Type"] == "application/timestamp-query"
    refused = pytest.raises(TimeStampError, match="it answers 302")
    with serving_stamps(authority.answer, status=302) as served, refused:
        ask(TimestampSettings(served.url, (authority.ca,)), b"content")


def test_the_daemon_has_its_day_stamped(
    plant: Plant, authority: StampAuthority, tmp_path: Path
) -> None:
    with serving_stamps(authority.answer) as served:
        settings = TimestampSettings(served.url, (authority.ca,))
        plant.site = replace(plant.site, timestamps=settings)
        with daemon(plant):
            wait_until(lambda: bool(stamps(plant)))
            wait_until(lambda: Outcome.STAMPED in plant.outcomes(""))
    assert verified(plant, authority).faults == ()
    assert holds_for_openssl(plant, authority, tmp_path)
