"""The log of ref updates under a real engine: each batch signed, told by syslog, and cosigned."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.config.settings import Cosigner, LogSettings
from ccontrol.cosigner.book import Book
from ccontrol.poll import notary
from ccontrol.poll.notary import Notary
from ccontrol.poll.recording import identity_of
from ccontrol.store import checkpoints, log_keeping
from ccontrol.store.layout import log_folder
from ccontrol.store.ref_log import updates, updates_path
from tests.e2e.engine_plant import CLOCK, Plant, Watch, wait_until
from tests.e2e.test_alerts import siem, telling
from tests.unit.alerts.receivers import Received, syslog_tcp
from tests.unit.cosigner.test_book import served
from tests.unit.poll.toy import Plc

pytestmark = pytest.mark.usefixtures("workers_find_the_toy")


@contextmanager
def keeping(watch: Watch, *cosigners: Cosigner) -> Iterator[Notary]:
    watch.site.site = replace(watch.site.site, log=LogSettings(cosigners=cosigners))
    found = Notary(watch.site, CLOCK)
    found.start()
    try:
        yield found
    finally:
        found.stop(10)


@pytest.fixture
def receiver() -> Iterator[Received]:
    with syslog_tcp() as received:
        yield received


def size_of(plant: Plant) -> int:
    note = log_keeping.newest(log_folder(plant.site.store.path))
    return checkpoints.parse(note).size if note else 0


def test_each_batch_is_told_and_cosigned_and_a_restart_goes_on(
    known: Watch, plant: Plant, plc: Plc, receiver: Received, tmp_path: Path
) -> None:
    book = Book.make(tmp_path / "book", "historian.plant", CLOCK)
    book.trust(identity_of(known.site.site).key)
    with served(book) as url, telling(known, siem(receiver.port)):
        with keeping(known, Cosigner(book.key, url)):
            wait_until(lambda: any(" log-head " in text for text in receiver.texts))
            before = size_of(plant)
            plc.mode = "stop"
            known.poll()
            wait_until(lambda: size_of(plant) > before)
            wait_until(lambda: (book.watched()[0].seen or _none()).size == size_of(plant))
        wait_until(lambda: any(f'logsize="{size_of(plant)}"' in each for each in receiver.texts))
        head = next(each for each in receiver.texts if f'logsize="{size_of(plant)}"' in each)
        assert f'commit="{plant.changes()[-1].commit}"' in head
        with keeping(known, Cosigner(book.key, url)):
            plc.mode = "run"
            known.poll()
            wait_until(lambda: (book.watched()[0].seen or _none()).size == before + 2)
    entries = list(updates(log_folder(plant.site.store.path)))
    assert len(entries) == before + 2
    assert known.site.contradicted == ""


def _none() -> checkpoints.Checkpoint:
    return checkpoints.Checkpoint("", 0, b"")


def test_what_a_cosigner_holds_against_the_log_is_told_at_once(
    known: Watch, plant: Plant, receiver: Received, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notary, "RETRY_S", 0.5)
    book = Book.make(tmp_path / "book", "historian.plant", CLOCK)
    book.trust(identity_of(known.site.site).key)
    folder = log_folder(plant.site.store.path)
    with served(book) as url, telling(known, siem(receiver.port)):
        with keeping(known, Cosigner(book.key, url)):
            wait_until(lambda: book.watched()[0].seen is not None)
        path = updates_path(folder)
        first, *rest = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(first.replace(b'"at":"20', b'"at":"19') + b"".join(rest))
        (folder / "hashes").unlink()
        log_keeping.checkpoint_path(folder).unlink()
        with keeping(known, Cosigner(book.key, url)):
            wait_until(lambda: any(" cosigner-refuses " in text for text in receiver.texts))
    told = next(text for text in receiver.texts if " cosigner-refuses " in text)
    assert 'phase="raised"' in told
    assert "not what was vouched for elsewhere" in told
