"""The cache of shadow ids is only a cache: what it says wrongly is never signed."""

import sqlite3
from contextlib import closing, suppress

import pytest

from ccontrol.errors import StoreTamperedError
from ccontrol.store.layout import BRANCH, shadow_path
from tests.unit.store.made_store import SAID, Site


@pytest.mark.parametrize("where", ["plant/mill/id", "plant/mill", "plant", "plant/press/id"])
def test_a_cache_of_shadow_ids_that_lies_is_never_signed(where: str, site: Site) -> None:
    site.write({"plant/press/more": b"x"})
    poisoned = bytes.fromhex(site.git("rev-parse", f"{BRANCH}:{where}").strip())
    with closing(sqlite3.connect(shadow_path(site.git_dir))) as database, database:
        database.execute("UPDATE shadow SET sha256 = zeroblob(32) WHERE sha1 = ?", (poisoned,))
    with suppress(StoreTamperedError):  # where the lie is not needed, the commit goes through
        site.write({"plant/press/more": b"4"})
    with suppress(StoreTamperedError), site.writer() as writer:
        files: dict[str, bytes | None] = {"plant/press/id": b"3", "plant/mill/id": b"mill"}
        writer.commit(files, message=SAID, when=site.clock.now(), replace=("plant",))
    assert site.verify().faults == ()


def test_a_cache_that_contradicts_the_signed_history_is_told_with_the_next_step(site: Site) -> None:
    with closing(sqlite3.connect(shadow_path(site.git_dir))) as database, database:
        database.execute("UPDATE shadow SET sha256 = zeroblob(32)")
    with pytest.raises(StoreTamperedError, match="contradicts the signed history") as caught:
        site.write({"plant/new/id": b"4"})
    assert "shadow.sqlite" in caught.value.hint
    for path in (site.git_dir / "ccontrol").glob("shadow.sqlite*"):
        path.unlink()
    site.write({"plant/new/id": b"4"})
    assert site.verify().faults == ()
