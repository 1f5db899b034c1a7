"""Where a site's own files lie below its store, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager

from ccontrol.clock import Clock
from ccontrol.config.settings import Site
from ccontrol.poll.learnt import LearntFiles
from ccontrol.poll.places import Places
from ccontrol.store.index import IndexReader
from ccontrol.store.journal import Journal
from ccontrol.store.repository import require_store
from ccontrol.store.standing import Standing


def standing(site: Site) -> Standing:
    """Open what people decided and the engine remembers. Raises StoreError without a store."""
    require_store(site.store.path)
    return Standing(Places(site.store.path).standing)


def journal(site: Site, clock: Clock) -> Journal:
    """Open the journal; appending is safe beside a running daemon."""
    require_store(site.store.path)
    return Journal(Places(site.store.path).journal, clock)


def learnt(site: Site) -> LearntFiles:
    """Return what was learnt of the users of a site's controllers."""
    require_store(site.store.path)
    return LearntFiles(Places(site.store.path).behaviour)


@contextmanager
def index_reader(site: Site) -> Iterator[IndexReader]:
    """Open the index for reading. Raises StoreError when there is none yet."""
    reader = IndexReader(Places(site.store.path).index)
    try:
        yield reader
    finally:
        reader.close()
