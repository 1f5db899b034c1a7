"""How a controller's folder on `approved` stands to that on `observed`: the same, or what differs.

Where `observed` is in a newer form, what was approved is brought into that form first: a new way
of writing the same facts is no drift. Who approved is not asked here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ccontrol.canonical.layout import PLANT
from ccontrol.canonical.upgrades import Forms, forms_of, upgraded
from ccontrol.errors import UnreadableStateError
from ccontrol.store.approved import changed_files
from ccontrol.store.objects import blob_ids
from ccontrol.store.repository import Repository


@dataclass(frozen=True, slots=True)
class Held:
    """What comes of holding the two folders side by side."""

    differs: int
    """So many files differ; none: the two are the same."""
    by: Forms | None = None
    """The upgrade after which that was found; None: none was needed, or none leads there."""


@dataclass(frozen=True, slots=True)
class BroughtUp:
    """What `approved` holds of a controller, in the form that `observed` has."""

    forms: Forms
    ids: Mapping[str, bytes]
    """Path → id (SHA-1), as they would be."""


def held(repository: Repository, folder: str, approved: str, observed: str) -> Held | None:
    """Hold `plant/<area>/<id>` of two commits side by side; None: nothing is approved of it.

    Raises StoreError.
    """
    before, now = repository.entry(folder, approved), repository.entry(folder, observed)
    if before is None:
        return None
    if before == now:
        return Held(0)
    newer = brought_up(repository, folder, approved, observed)
    if newer is None:
        return Held(sum(1 for _ in changed_files(repository, before, now, folder)))
    there = {path: one.sha1 for path, one in repository.entries(folder, observed).items()}
    return Held(
        sum(newer.ids.get(path) != there.get(path) for path in {*newer.ids, *there}), newer.forms
    )


def brought_up(
    repository: Repository, folder: str, approved: str, observed: str
) -> BroughtUp | None:
    """Return what was approved in the form of `observed`.

    None where both are in one form, or no upgrade leads from one to the other: then what git shows
    is all that can be told. Raises StoreError.
    """
    form = f"{folder}/form.{folder.rpartition('/')[2]}.toml"
    try:
        old, new = (forms_of(repository.read(form, one)).get(PLANT) for one in (approved, observed))
        if old is None or new is None or old >= new:
            return None
        files = upgraded(repository.read(folder, approved))
    except UnreadableStateError:
        return None
    ids = {path: blob_ids(content).sha1 for path, content in files.items()}
    return BroughtUp(Forms(old, new), ids)
