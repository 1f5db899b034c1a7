"""Binding dropped files to what runs, by what the history alone says: it may be done at any time.

Done after each drop, after each change of what runs, and at the start of the daemon, which may have
been killed in between. A second time there is nothing to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ccontrol.canonical.bindings import (
    WITHIN,
    Binding,
    Bond,
    BoundFile,
    Seen,
    Stored,
    binding_path,
    bond,
    bound,
    parse_binding,
    render_binding,
)
from ccontrol.canonical.layout import PLANT, Home
from ccontrol.logic.printable import printable
from ccontrol.model.controller import Controller
from ccontrol.poll.firmware_evidence import firmware_due
from ccontrol.poll.past_changes import last_change, moves_what_runs
from ccontrol.poll.stored_files import also_for, stored_files
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository

ToCommit = tuple[str, bytes, Message]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a controller stands to its project files."""

    bond: Bond
    binding: Binding | None
    stored: tuple[Stored, ...]
    """Every file that was ever dropped, its newest version, by name."""

    @property
    def newest(self) -> Stored | None:
        """The file that was dropped last, a program if there is one; None: none ever was."""
        programs = [one for one in self.stored if one.may_be_bound] or self.stored
        return max(programs, key=lambda one: (one.is_program, one.taken_at), default=None)

    @property
    def firmware(self) -> tuple[Stored, ...]:
        """The firmware packages."""
        return tuple(one for one in self.stored if one.is_firmware)


def standing_of(repository: Repository, home: Home) -> Standing:
    """Return how a controller stands to its files. Raises UnreadableStateError, StoreError."""
    binding, stored = _known(repository, home), stored_files(repository, home)
    running = repository.tree_of(home.folder(PLANT))
    return Standing(bond(binding, running.sha256 if running else "", stored), binding, stored)


def due(
    repository: Repository, controller: Controller, home: Home, now: datetime
) -> Iterator[ToCommit]:
    """Yield the files and messages that say what goes with what; nothing when all is said."""
    stored = stored_files(repository, home)
    if stored:
        yield from _binding_due(repository, controller, home, stored, now)
        yield from firmware_due(repository, controller, home, stored)


def _binding_due(
    repository: Repository,
    controller: Controller,
    home: Home,
    stored: tuple[Stored, ...],
    now: datetime,
) -> Iterator[ToCommit]:
    oldest = min(one.taken_at for one in stored) - WITHIN
    found = last_change(repository, home, oldest, moves_what_runs)
    running = repository.tree_of(home.folder(PLANT), found[0].id) if found else None
    if found is None or running is None:
        return
    record = found[1]
    change = Seen(
        record.change_id,
        record.taken_at,
        record.previous_at,
        record.not_after or record.taken_at,
        running.sha256,
    )
    binding = bound(_known(repository, home), change, stored, now)
    if binding is not None:
        files = tuple(
            replace(one, also_for=also_for(repository, home, one.sha256)) for one in binding.files
        )
        told = replace(binding, files=files)
        yield binding_path(home), render_binding(told), _message(controller, home, told)


def _known(repository: Repository, home: Home) -> Binding | None:
    path = binding_path(home)
    content = repository.read(path).get(path)
    return None if content is None else parse_binding(content)


def _message(controller: Controller, home: Home, binding: Binding) -> Message:
    files = binding.files
    what = (
        f"project file {printable(files[0].name)} goes"
        if len(files) == 1
        else f"{len(files)} project files go"
    )
    return Message(
        f"{printable(controller.title)}: {what} with what runs",
        "\n".join(
            (
                "Both moved within a short time of each other. Nobody compared what they say.",
                *map(_line, files),
            )
        ),
        (
            ("Class", "binding"),
            *_whose(controller, home),
            *(("File-SHA256", one.sha256) for one in files),
            ("Plant-Tree-SHA256", binding.change.fingerprint),
        ),
    )


def _line(one: BoundFile) -> str:
    also = f"; the same file was dropped for {', '.join(one.also_for)}" if one.also_for else ""
    at = f"{one.dropped_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{printable(one.name)}, sha256 {one.sha256}, dropped {at}{also}"


def _whose(controller: Controller, home: Home) -> tuple[tuple[str, str], ...]:
    return (
        ("Controller", controller.id),
        ("Site", controller.site),
        ("Area", printable(home.area)),
    )
