"""A cosigner refuses whatever is not growth, whoever signed it, over a file and over HTTP."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccontrol.config.settings import Cosigner
from ccontrol.cosigner.book import Answer, Book
from ccontrol.cosigner.server import Server
from ccontrol.errors import (
    AlreadyThereError,
    CosignerError,
    DeliveryError,
    SigningError,
    StoreError,
    UnknownNameError,
)
from ccontrol.poll import cosigning
from ccontrol.store import checkpoints, log_keeping, merkle, notes
from ccontrol.store.checkpoints import Checkpoint
from ccontrol.store.keys import generate
from ccontrol.store.layout import log_folder
from ccontrol.store.log_keeping import Judges, LogIdentity, keep
from ccontrol.store.notes import Note
from ccontrol.store.ref_log import RefLog
from ccontrol.store.submission import Submission
from tests.unit.store.made_store import START, SetClock, Site


@dataclass
class Pair:
    """A site with its log, and a cosigner that was told of it."""

    site: Site
    book: Book
    cosigner: Cosigner

    @property
    def folder(self) -> Path:
        return log_folder(self.site.git_dir)

    @property
    def judges(self) -> Judges:
        """The daemon's key for `observed`; on `approved` everything counts that has a parent."""
        return Judges(log_keeping.signed_by_daemon(self.site.daemon.trust), lambda _, head: head)

    @property
    def identity(self) -> LogIdentity:
        return LogIdentity("ccontrol/plant-1", log_keeping.own_key(self.folder))

    def note(self) -> Note:
        with RefLog(self.folder) as log:
            keep(self.site.git_dir, log, self.identity, self.judges, self.site.clock.now())
        note = log_keeping.newest(self.folder)
        assert note is not None
        return note

    def body(self, old: int) -> bytes:
        return cosigning.submission_for(self.folder, self.note(), old).body()

    def forget_the_log(self) -> None:
        """What an intruder does who wants another history signed: a new log, with the same key."""
        for path in self.folder.iterdir():
            if path.name not in {"key", "key.pub"}:
                path.unlink() if path.is_file() else shutil.rmtree(path)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    site = Site.make(tmp_path)
    for text in (b"1", b"2", b"3"):
        site.write({"plant/press/id": text})
    book = Book.make(tmp_path / "book", "historian.plant", SetClock())
    made = Pair(site, book, Cosigner(book.key))
    book.trust(made.identity.key)
    return made


def test_an_empty_log_has_one_root_and_no_other(pair: Pair) -> None:
    """With another one cosigned nothing could ever continue that log: a book does not forget."""
    signer, key = pair.identity.signer, pair.identity.key
    for root, status in (
        (b"\1" * 32, HTTPStatus.UNPROCESSABLE_ENTITY),
        (merkle.EMPTY, HTTPStatus.OK),
    ):
        note = checkpoints.signed(Checkpoint(key.name, 0, root), signer, key)
        assert pair.book.take(Submission(0, (), note).body()).status is status
    assert pair.book.take(pair.body(0)).is_cosigned


def rewrite(site: Site) -> None:
    """Make the last two commits anew, with the daemon's genuine key and fitting trailers."""
    site.git("update-ref", "refs/heads/observed", "refs/heads/observed~2")
    head = site.git("rev-parse", "refs/heads/observed").strip()
    (site.git_dir / "ccontrol" / "head").write_text(f"{head}\n")
    for text in (b"2, as it should have been", b"3"):
        site.write({"plant/press/id": text})


def test_growth_is_cosigned_and_the_book_keeps_the_newest(pair: Pair) -> None:
    first = pair.book.take(pair.body(0))
    assert first.is_cosigned
    pair.site.write({"plant/press/id": b"4"})
    second = pair.book.take(pair.body(4))
    assert second.is_cosigned
    (watched,) = pair.book.watched()
    assert watched.seen is not None
    assert watched.seen.size == 5
    note = pair.book.seen_note("ccontrol/plant-1")
    assert checkpoints.cosigned(note, pair.book.key) == checkpoints.Cosigned(
        "historian.plant", START
    )
    kept = cosigning.keep_cosigned(pair.folder, pair.note(), pair.book.key, second.text)
    assert kept == note


def test_a_history_rewritten_with_the_genuine_key_is_refused(pair: Pair) -> None:
    assert pair.book.take(pair.body(0)).is_cosigned
    rewrite(pair.site)
    pair.site.write({"plant/press/id": b"4"})
    pair.forget_the_log()
    assert pair.site.verify().faults == ()  # the store alone cannot know
    answer = pair.book.take(pair.body(4))
    assert answer == Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "the history was rewritten\n")


def test_another_history_of_the_same_length_is_refused(pair: Pair) -> None:
    assert pair.book.take(pair.body(0)).is_cosigned
    rewrite(pair.site)
    pair.forget_the_log()
    answer = pair.book.take(pair.body(4))
    assert answer.status is HTTPStatus.CONFLICT
    assert "another history of the same length" in answer.text


def test_a_log_that_was_rolled_back_is_refused(pair: Pair) -> None:
    assert pair.book.take(pair.body(0)).is_cosigned
    pair.site.git("update-ref", "refs/heads/observed", "refs/heads/observed~2")
    pair.forget_the_log()
    answer = pair.book.take(pair.body(0))
    assert (answer.status, answer.text, answer.kind) == (409, "4\n", "text/x.tlog.size")
    with pytest.raises(CosignerError, match="it was cut"):
        pair.body(4)
    forged = cosigning.submission_for(pair.folder, pair.note(), 0)
    told = pair.book.take(forged.body().replace(b"old 0", b"old 4"))
    assert told.status is HTTPStatus.BAD_REQUEST


def test_only_logs_that_somebody_trusted_are_cosigned(pair: Pair, tmp_path: Path) -> None:
    stranger = generate(tmp_path / "stranger")
    for origin, status in (("ccontrol/other", 404), ("ccontrol/plant-1", 403)):
        key = notes.key_of(origin, 1, stranger)
        note = checkpoints.signed(Checkpoint(origin, 0, merkle.EMPTY), stranger, key)
        assert pair.book.take(f"old 0\n\n{note.text()}".encode()).status == status
    with pytest.raises(AlreadyThereError):
        pair.book.trust(notes.key_of("ccontrol/plant-1", 1, stranger))
    with pytest.raises(SigningError, match="the key of a cosigner"):
        pair.book.trust(pair.book.key)


@given(
    body=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"old {text}".encode())
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_rubbish_is_a_bad_request(body: bytes, pair: Pair) -> None:
    assert pair.book.take(body).status is HTTPStatus.BAD_REQUEST


def test_a_book_is_begun_once_and_nothing_else_is_one(pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(AlreadyThereError):
        Book.make(tmp_path / "book", "other", SetClock())
    with pytest.raises(StoreError, match="no book"):
        Book(tmp_path, SetClock())
    with pytest.raises(UnknownNameError):
        pair.book.seen_note("ccontrol/plant-1")


def test_an_answer_by_somebody_else_is_not_kept(pair: Pair, tmp_path: Path) -> None:
    other = Book.make(tmp_path / "other", "historian.plant", SetClock())
    other.trust(pair.identity.key)
    line = other.take(pair.body(0)).text
    with pytest.raises(CosignerError, match="does not hold"):
        cosigning.keep_cosigned(pair.folder, pair.note(), pair.book.key, line)
    assert log_keeping.last_cosigned(pair.folder, pair.book.key) is None


@contextmanager
def served(book: Book) -> Iterator[str]:
    """Serve a book on loopback in a thread of its own."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    place: list[int] = []

    async def serve() -> None:
        server = await Server(book).listen("127.0.0.1", 0)
        place.append(server.sockets[0].getsockname()[1])
        ready.set()
        async with server:
            await stop.wait()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield f"http://127.0.0.1:{place[0]}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def test_over_http_a_log_is_cosigned_batch_by_batch(pair: Pair) -> None:
    with served(pair.book) as url:
        cosigner = Cosigner(pair.book.key, url)
        for size in (4, 5, 6):
            note = cosigning.ask(cosigner, pair.folder, pair.note())
            assert checkpoints.parse(note).size == size
            assert checkpoints.cosigned(note, pair.book.key) is not None
            pair.site.write({"plant/press/id": b"%d" % size})


def test_a_daemon_that_lost_the_answers_asks_again_from_what_the_cosigner_says(pair: Pair) -> None:
    with served(pair.book) as url:
        cosigner = Cosigner(pair.book.key, url)
        cosigning.ask(cosigner, pair.folder, pair.note())
        log_keeping.cosigned_path(pair.folder, pair.book.key).unlink()
        pair.site.write({"plant/press/id": b"4"})
        assert checkpoints.parse(cosigning.ask(cosigner, pair.folder, pair.note())).size == 5


def test_over_http_a_rewritten_history_is_refused(pair: Pair) -> None:
    with served(pair.book) as url:
        cosigner = Cosigner(pair.book.key, url)
        cosigning.ask(cosigner, pair.folder, pair.note())
        rewrite(pair.site)
        pair.site.write({"plant/press/id": b"4"})
        pair.forget_the_log()
        with pytest.raises(CosignerError, match=r"422.*rewritten"):
            cosigning.ask(cosigner, pair.folder, pair.note())


def exchange(url: str, question: bytes) -> bytes:
    host, _, port = url.removeprefix("http://").partition(":")
    with closing(socket.create_connection((host, int(port)), 10)) as door:
        door.sendall(question)
        found = b""
        while piece := door.recv(4_096):
            found += piece
    return found


@pytest.mark.parametrize(
    ("question", "status"),
    [
        (b"GET /add-checkpoint HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /other HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /add-checkpoint HTTP/1.1\r\n\r\n", b"411"),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", b"413"),
        (b"POST /x/add-checkpoint HTTP/1.1\r\nContent-Length: 3\r\n\r\nold", b"400"),
        (b"POST /add-checkpoint HTTP/1.1\r\n" + b"content-length: 1\r\n" * 2 + b"\r\nx", b"411"),
    ],
)
def test_the_door_knows_one_question(pair: Pair, question: bytes, status: bytes) -> None:
    with served(pair.book) as url:
        assert exchange(url, question).startswith(b"HTTP/1.1 " + status)


def test_who_cannot_be_reached_is_asked_again_later(pair: Pair) -> None:
    with pytest.raises(DeliveryError):
        cosigning.ask(Cosigner(pair.book.key, "http://127.0.0.1:9"), pair.folder, pair.note())
