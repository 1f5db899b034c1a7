"""Files of what was learnt of a site's controllers, and the one line each that people decided.

What was learnt is rewritten whole by the daemon alone; decisions are appended by whoever makes one,
so that a command works beside a daemon and nothing that a person decided is ever rewritten.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ccontrol.attribution.behaviour import decide
from ccontrol.canonical.behaviour import parse, parse_decision, render, render_decision
from ccontrol.model.behaviour import Behaviour, BehaviourDecision
from ccontrol.store import durable
from ccontrol.store.disk import named_failures

_DECISIONS = "decisions.jsonl"
_MOST_BYTES = 4 * 2**20
_MOST_DECIDED = 16 * 2**20
_NEVER = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LearntFiles:
    """The folder of one site."""

    folder: Path

    def read(self, controller_id: str) -> Behaviour:
        """Return what was learnt of a controller, with what people decided since.

        A file that is damaged says nothing: that is told, and it is learnt anew. Raises StoreError.
        """
        known = self._stored(controller_id)
        decisions = self.decisions()
        return decide(known, decisions[known.decided :], len(decisions))

    def write(self, behaviour: Behaviour) -> None:
        """Keep what was learnt, durably. Raises StoreError."""
        durable.make_folder(self.folder)
        durable.write_whole(self._path(behaviour.controller_id), render(behaviour))

    def decide(self, decision: BehaviourDecision) -> None:
        """Keep a decision, durably. Raises StoreError."""
        durable.make_folder(self.folder)
        durable.append(self.folder / _DECISIONS, render_decision(decision))

    def decisions(self) -> Sequence[BehaviourDecision]:
        """Return every decision that was made, oldest first. Raises StoreError."""
        path = self.folder / _DECISIONS
        with named_failures(path):
            content = _content(path, _MOST_DECIDED)
        found = []
        for number, line in enumerate(content.splitlines(), 1):
            try:
                found.append(parse_decision(line))
            except ValueError as error:  # it keeps its place in the count, and decides nothing
                _log.warning("%s, line %d: %s", path, number, error)
                found.append(BehaviourDecision(_NEVER, "", "", "", accept=True))
        return found

    def decided_bytes(self) -> int:
        """Return the size of the file of decisions: it moves with each. Raises StoreError."""
        path = self.folder / _DECISIONS
        with named_failures(path):
            return path.stat().st_size if path.exists() else 0

    def controllers(self) -> tuple[str, ...]:
        """Return the ids of the controllers of which something was learnt. Raises StoreError."""
        with named_failures(self.folder):
            names = self.folder.glob("*.json") if self.folder.is_dir() else ()
            return tuple(sorted(path.name.removesuffix(".json") for path in names))

    def _stored(self, controller_id: str) -> Behaviour:
        path = self._path(controller_id)
        with named_failures(path):
            content = _content(path, _MOST_BYTES)
        if not content:
            return Behaviour(controller_id)
        try:
            return parse(content)
        except ValueError as error:
            _log.error("%s is damaged, it is learnt anew: %s", path, error)
            return Behaviour(controller_id)

    def _path(self, controller_id: str) -> Path:
        return self.folder / f"{controller_id}.json"


def _content(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return b""
