"""Shadow ids of what the store holds: from the cache where it knows them, else computed."""

from collections.abc import Iterable

from ccontrol.store import objects
from ccontrol.store.objects import Entry, parse_tree
from ccontrol.store.reading import ObjectReader
from ccontrol.store.shadow import ShadowCache


class Shadows:
    """Answers for any object in the store; asks the cache first."""

    def __init__(self, reader: ObjectReader, cache: ShadowCache) -> None:
        self._reader = reader
        self._cache = cache

    def of(self, entries: Iterable[Entry]) -> dict[bytes, bytes]:
        """Return the shadow id of every entry, by its SHA-1."""
        wanted = {entry.sha1: entry for entry in entries}
        found = self._cache.get(wanted)
        computed = {
            sha1: self._compute(entry) for sha1, entry in wanted.items() if sha1 not in found
        }
        if computed:
            self._cache.put(computed)
        return found | computed

    def known(self, sha1s: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return what the cache knows of these ids."""
        return self._cache.get(sha1s)

    def keep(self, pairs: dict[bytes, bytes]) -> None:
        """Remember the shadow ids of what is about to be written."""
        self._cache.put(pairs)

    def _compute(self, entry: Entry) -> bytes:
        if not entry.is_folder:
            return objects.sha256_id("blob", self._reader.content(entry.sha1, "blob"))
        content = self._reader.content(entry.sha1, "tree")
        inside = self.of(parse_tree(content).values())
        return objects.sha256_id("tree", objects.translate_tree(content, inside.__getitem__))

    def close(self) -> None:
        """Close the cache."""
        self._cache.close()
