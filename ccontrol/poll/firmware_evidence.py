"""Naming the firmware packages that were dropped around a change of firmware, in its record.

The record gains its next judgement: the packages stand beside whatever evidence there was.
"""

from collections.abc import Iterator
from dataclasses import replace

from ccontrol.canonical.bindings import WITHIN, Stored
from ccontrol.canonical.layout import Home
from ccontrol.canonical.records import record_path, render_record
from ccontrol.logic.printable import printable
from ccontrol.model.controller import Controller
from ccontrol.poll.past_changes import last_change, moves_firmware, newest_judgement
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository


def firmware_due(
    repository: Repository, controller: Controller, home: Home, stored: tuple[Stored, ...]
) -> Iterator[tuple[str, bytes, Message]]:
    """Yield the next judgement of the last change of firmware, with the packages as evidence."""
    packages = tuple(one for one in stored if one.is_firmware)
    if not packages:
        return
    oldest = min(one.taken_at for one in packages) - WITHIN
    found = last_change(repository, home, oldest, moves_firmware)
    if found is None:
        return
    record = newest_judgement(repository, found[1].change_id) or found[1]
    near = [one for one in packages if abs(one.taken_at - record.taken_at) <= WITHIN]
    lines = [line for line in map(_package, near) if line not in record.attribution.evidence]
    if not lines:
        return
    attribution = replace(record.attribution, evidence=(*record.attribution.evidence, *lines))
    after = replace(record, number=record.number + 1, attribution=attribution)
    text = Message(
        f"{printable(controller.title)}: a firmware package goes with its change of firmware",
        "\n".join(("Both moved within a short time of each other. Nobody looked inside.", *lines)),
        (
            ("Class", "binding"),
            ("Controller", controller.id),
            ("Site", controller.site),
            ("Area", printable(home.area)),
            ("Change-Id", record.change_id),
            ("Judgement", record_path(after)),
            *(("File-SHA256", one.file.sha256) for one in near if _package(one) in lines),
        ),
    )
    yield record_path(after), render_record(after), text


def _package(one: Stored) -> str:
    at = f"{one.taken_at:%Y-%m-%d %H:%M:%S}"
    return f"firmware package {one.file.name}, sha256 {one.file.sha256}, dropped {at} UTC"
