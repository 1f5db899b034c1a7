"""Which entries of a site's journal belong into the story of one controller.

What people signed, and commands that somebody ran, are journaled for the site. Those that name only
other controllers are left out; those that name none are everybody's.
"""

import re
from functools import cached_property

from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT
from ccontrol.cli.plant import Watched
from ccontrol.cli.told_changes import change_named
from ccontrol.errors import StoreError, UnknownNameError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.policy.patterns import looks_like
from ccontrol.store.repository import Repository

_WORD = re.compile(r"[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_CHANGE = re.compile(r"[0-9]{8}-[0-9a-f]{16}")
_BESIDE = ("changes", "decisions", "attestations", "people")
"""Folders of `approved` beside plant/: what a commit without trailers did there is everybody's."""


class Concerning:
    """Holds entries of a site's journal against one of its controllers."""

    def __init__(self, watched: Watched, repository: Repository) -> None:
        self._watched = watched
        self._repository = repository

    def keeps(self, entry: JournalEntry) -> bool:
        """Tell whether an entry of the site's belongs into the controller's story."""
        words = _WORD.findall(entry.reason)
        if entry.outcome is Outcome.APPROVED and words and _COMMIT.fullmatch(words[0]):
            return self._is_signed_about(words[0])
        return entry.outcome is not Outcome.RAN or self._is_named(words)

    def _is_signed_about(self, name: str) -> bool:
        """Tell whether a commit of people may matter to it; one that is gone may."""
        own = self._watched.controller.id
        try:
            commit = self._repository.commit(name)
            if patterns := (commit.trailer("Controller") or "").split():
                return any(looks_like(pattern, own) for pattern in patterns)
            return self._touches(name, commit.parents)
        except StoreError:
            return True

    def _touches(self, commit: str, parents: tuple[str, ...]) -> bool:
        return not parents or any(
            self._repository.entry(path, commit) != self._repository.entry(path, parents[0])
            for path in (*_BESIDE, self._folder)
        )

    def _is_named(self, words: list[str]) -> bool:
        """Tell whether a command names it, by its id or a change of its; or nobody at all."""
        own = self._watched.controller.id
        known = {one.id for one in self._watched.site.controllers} | {own}
        named = known & set(words)
        named |= {self._of_change(word) for word in words if _CHANGE.fullmatch(word)} - {""}
        return not named or own in named

    def _of_change(self, change_id: str) -> str:
        try:
            change = change_named(self._watched.site, change_id)
        except UnknownNameError:
            return ""
        return "" if change is None else change.controller_id

    @cached_property
    def _folder(self) -> str:
        controller = self._watched.controller
        return home_of(self._repository, controller.id, controller.area).folder(PLANT)
