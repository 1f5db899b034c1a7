"""The straight line of one poll: facts, state, differences, origin, verdict, files, commit.

One thread owns a Line. Everything here may be done twice: a second time it finds nothing to do.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from ccontrol.canonical.change_id import change_id
from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT, STATE, VIEWS, Home
from ccontrol.canonical.message import Message as Words
from ccontrol.canonical.message import message, written_anew_message
from ccontrol.canonical.names import encode
from ccontrol.canonical.parse import parse
from ccontrol.canonical.records import record_path, render_record
from ccontrol.canonical.render import Shown, folders, render
from ccontrol.canonical.rendering import anew, stale
from ccontrol.clock import Clock
from ccontrol.config.policies import built_in
from ccontrol.diff.compare import compare, written_anew
from ccontrol.diff.merge import merge
from ccontrol.errors import StoreFullError, UnreadableStateError
from ccontrol.model.change import ChangeSet
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution, Origin, Severity, Verdict, Window
from ccontrol.model.policy import Policy
from ccontrol.model.record import Record
from ccontrol.model.state import State
from ccontrol.poll.authorising import judged_by_people, left_in
from ccontrol.poll.authority import Authority
from ccontrol.poll.binding import due
from ccontrol.poll.catching_up import Told
from ccontrol.poll.logic_words import with_logic
from ccontrol.poll.originating import Around, attributed, beside_of, hearing_of
from ccontrol.poll.past_changes import moves_firmware, moves_what_runs
from ccontrol.poll.sighted import Sighted, Written, kinds_of
from ccontrol.poll.stored_state import state_at
from ccontrol.poll.verdict_of_record import verdict_by
from ccontrol.poll.window import windows
from ccontrol.poll.witnesses import Nobody, Witnesses
from ccontrol.store.index import Index
from ccontrol.store.message import Message
from ccontrol.store.room import Room
from ccontrol.store.trees import Edits, Together
from ccontrol.store.vault import Vault
from ccontrol.store.writer import Writer

Files = dict[str, bytes]
_NOT_JUDGED = Attribution(Origin.UNKNOWN, "not judged yet")
_NOT_WEIGHED = Verdict(Severity.INFO, "", "not weighed yet")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Work:
    """One poll between reading and writing."""

    sighted: Sighted
    home: Home
    kinds: frozenset[str]
    files: Files
    """What the store holds of these kinds."""
    before: State | None
    after: State
    whole: bool
    """Everything of the controller is replaced, not these kinds alone."""


class Line:
    """One site's store, opened for writing, and everything that a commit touches."""

    def __init__(
        self,
        writer: Writer,
        index: Index,
        vault: Vault | None,
        room: Room,
        clock: Clock,
        *,
        witnesses: Witnesses | None = None,
        authority: Authority | None = None,
        policy: Callable[[], Policy] = built_in,
    ) -> None:
        self.writer = writer
        self.index = index
        self._told = Told(index, writer.repository)
        self._vault = vault
        self._room = room
        self._clock = clock
        self._witnesses = witnesses or Nobody()
        self.authority = authority
        """What people signed; None: nobody approves anything here."""
        self.policy = policy
        """Returns the rules in force, which may change while the line is open."""
        self._homes: dict[str, Home] = {}
        self._shown: set[str] = set()
        """Controllers whose views are known to be as this version of ccontrol makes them."""

    def close(self) -> None:
        """Let go of the store."""
        self.writer.close()

    def state_of(self, controller: Controller, kinds: frozenset[str] | None = None) -> State | None:
        """Return what is known of a controller; None when nothing is stored of it.

        With `kinds`: the facts of these only, beside lists, findings and what is unread. The first
        to ask has views that an older version made written anew.
        """
        self._show_anew(controller)
        return state_at(self.writer.repository, self.home(controller), kinds=kinds)

    def take(self, sighted: Sighted, capture: BinaryIO | None = None) -> Written:
        """Hold a poll against what is known; when it differs, commit it, signed and durable.

        Only what belongs to the kinds that the poll names is read, compared and written: a mode
        that moved costs the same on a controller with eight thousand blocks. `capture` is what the
        poll was made of, for the vault; None for the engine's own findings.

        Raises StoreError when the store takes nothing now, UnreadableStateError when what it holds
        of this controller cannot be understood.
        """
        self._show_anew(sighted.controller)
        work = self._begin(sighted)
        changes = compare(work.before, work.after)
        if changes:
            self._room.check()
            artefact = self._vault.put(capture) if self._vault and capture else ""
            return self._write(work, changes, artefact)
        if work.before is not None and written_anew(work.before, work.after):
            self._write_anew(work)
        done = self._told.record_of(sighted.controller.id, sighted.snapshot.taken_at)
        record, commit = done or (None, "")
        if record is not None:
            self.bind(sighted.controller)  # the store may have refused that alone
        return Written(work.after, changes, record, commit, work.kinds)

    def commit_file(self, path: str, content: bytes, text: Message) -> str:
        """Commit one file that is no controller's; return the commit, "" when it stood there."""
        return self.commit_files({path: content}, text)

    def commit_files(self, files: Mapping[str, bytes], text: Message) -> str:
        """Commit files that are no controller's; return the commit, "" when they stood there."""
        self._room.check()
        receipt = self.writer.commit(files, message=text, when=self._clock.now())
        if receipt is None:
            return ""
        self._told.catch_up()
        return receipt.commit

    def keep(self, content: BinaryIO) -> str:
        """Put a file into the vault; return its SHA-256, "" where nothing is kept."""
        self._room.check()
        return self._vault.put(content) if self._vault else ""

    def last_change_of(self, controller_id: str) -> str:
        """Return the id of a controller's last change; "" when there was none."""
        return self._told.last_change_of(controller_id)

    def commit_record(self, files: Mapping[str, bytes], record: Record, folder: str) -> str:
        """Commit a record with the files that a folder holds from now on; return the commit."""
        self._room.check()
        receipt = self.writer.commit(
            {**files, record_path(record): render_record(record)},
            message=_as_text(message(record)),
            when=self._clock.now(),
            replace=(folder,),
        )
        if receipt is None:
            return self.writer.repository.head() or ""
        self._told.catch_up(receipt.commit, record)
        return receipt.commit

    def bind(self, controller: Controller) -> None:
        """Commit which project files go with what runs, and which firmware, if that is news."""
        repository, home = self.writer.repository, self.home(controller)
        try:
            for path, content, text in due(repository, controller, home, self._clock.now()):
                self.commit_file(path, content, text)
        except UnreadableStateError as error:  # the poll or the file itself is in the history
            _log.error("no project file is bound controller=%s: %s", controller.id, error)

    def bind_last(self, controllers: Iterable[Controller]) -> None:
        """Bind what a daemon that was killed did not: after the last commit there is, or none."""
        head = self.writer.repository.head()
        whose = self.writer.repository.commit(head).trailer("Controller") if head else None
        for controller in controllers:
            if controller.id == whose:
                self.bind(controller)

    def home(self, controller: Controller) -> Home:
        """Return where a controller lies: fixed when it was first stored."""
        if controller.id not in self._homes:
            home = home_of(self.writer.repository, controller.id, controller.area)
            self._homes[controller.id] = home
        return self._homes[controller.id]

    def _whole(self, home: Home) -> Files:
        return self._read((home.folder(PLANT), home.folder(STATE)))

    def _read(self, paths: Iterable[str]) -> Files:
        found: Files = {}
        for path in paths:
            found |= self.writer.repository.read(path)
        return found

    def _begin(self, sighted: Sighted) -> _Work:
        snapshot, home = sighted.snapshot, self.home(sighted.controller)
        kinds = kinds_of(snapshot)
        files = self._read(home.read_back(kinds))
        before = parse(files) if files else None
        whole = before is None or before.family != snapshot.family
        if whole:  # another family's facts go, of whatever kind
            files = self._whole(home)
            before = parse(files) if files else None
            kinds |= {unit_id.kind for unit_id in before.units} if before else frozenset()
        return _Work(sighted, home, kinds, files, before, merge(before, snapshot), whole)

    def _write(self, work: _Work, changes: ChangeSet, artefact: str) -> Written:
        kinds = None if work.whole else work.kinds
        changes = with_logic(changes, work.before, work.after)
        files = render(work.after, work.home.area, kinds, self._shown_of(work))
        record = self._record(work, files, changes, artefact)
        text = message(record)
        told = {record_path(record): render_record(record)}
        commit = self._commit(work, Together(told, files), text)
        self._told.catch_up(commit, record)
        if moves_what_runs(changes) or moves_firmware(changes):
            self.bind(work.sighted.controller)
        return Written(work.after, changes, record, commit, work.kinds)

    def _show_anew(self, controller: Controller) -> None:
        """Have older forms, and views of other renderers, written anew before anything else.

        So a change is never mixed with a new way of writing what did not change.
        """
        if controller.id in self._shown:
            return
        home = self.home(controller)
        files = self._whole(home) if stale(home, self.writer.repository) else {}
        if files:
            try:
                self._room.check()
            except StoreFullError:
                return  # facts can be read all the same; a change finds the disk full itself
            self.writer.commit(
                anew(files, home),
                message=_as_text(written_anew_message(controller, home.area)),
                when=self._clock.now(),
                replace=folders(home.area, home.controller_id),
            )
            self._told.catch_up()
        self._shown.add(controller.id)

    def _shown_of(self, work: _Work) -> Shown | None:
        """Return the views that the store holds of what the poll told of."""
        if work.before is None or work.whole:
            return None
        folder = work.home.folder(VIEWS)
        return Shown(work.before, self._read(f"{folder}/{encode(kind)}" for kind in work.kinds))

    def _write_anew(self, work: _Work) -> None:
        """Bring the files into the form of a newer interpretation or seal: no change, no record."""
        files = render(work.after, work.home.area, None if work.whole else work.kinds)
        self._room.check()
        self._commit(work, files, written_anew_message(work.sighted.controller, work.home.area))
        self._told.catch_up()

    def _commit(self, work: _Work, files: Edits, text: Words) -> str:
        home = work.home
        gone = () if work.whole else map(home.moving, work.kinds)
        edits = Together(files, dict.fromkeys(gone))
        whole = folders(home.area, home.controller_id)
        receipt = self.writer.commit(
            edits,
            message=_as_text(text),
            when=self._clock.now(),
            replace=whole if work.whole else home.written_whole(work.kinds),
        )
        head = self.writer.repository.head() or ""
        return head if receipt is None else receipt.commit

    def _record(
        self, work: _Work, files: Mapping[str, bytes], changes: ChangeSet, artefact: str
    ) -> Record:
        controller, snapshot = work.sighted.controller, work.sighted.snapshot
        previous = self._told.last_change_of(controller.id) if work.before else ""
        states = work.before, work.after
        whole, each = windows(work.sighted.looks, snapshot, states, changes)
        found = Record(
            change_id=change_id(
                controller.id,
                previous,
                _digest(work.files) if work.before else "",
                _digest(files),
                snapshot.taken_at,
            ),
            number=1,
            controller_id=controller.id,
            area=work.home.area,
            site=controller.site,
            title=controller.title,
            taken_at=snapshot.taken_at,
            previous_at=whole.opened_at,
            not_after=whole.closed_at,
            depth=snapshot.depth,
            changes=changes,
            attribution=_NOT_JUDGED,
            verdict=_NOT_WEIGHED,
            log=work.sighted.log,
            artefact=artefact,
            windows=each if any(one != whole for one in each) else (),
            previous_change=previous,
        )
        return self._judged(found, work, files)

    def _judged(self, record: Record, work: _Work, files: Mapping[str, bytes]) -> Record:
        """Return the record with its origin, by what was heard, and its verdict."""
        controller = work.sighted.controller
        span = Window(record.previous_at, record.not_after or record.taken_at)
        hearing = hearing_of(self._witnesses, controller, span)
        repository = self.writer.repository
        around = Around((work.before, work.after), beside_of(repository, record))
        attribution = attributed(record, controller, around, hearing)
        if work.sighted.sums_up:
            told = (work.sighted.sums_up, *attribution.evidence)
            attribution = replace(attribution, evidence=told)
        judged = replace(record, attribution=attribution)
        if self.authority is not None:
            left = left_in(work.files, files)
            judged = judged_by_people(repository, self.index, self.authority, judged, left)
        standing = frozenset(finding.code for finding in work.after.findings)
        verdict = verdict_by(self.policy(), judged, controller, standing)
        return replace(judged, verdict=verdict)


def _as_text(words: Words) -> Message:
    return Message(words.subject, words.body, words.trailers)


def _digest(files: Mapping[str, bytes]) -> str:
    """Name the facts of a controller that a poll told of; views follow from them."""
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.startswith((f"{PLANT}/", f"{STATE}/")):
            content = files[path]
            digest.update(f"{path}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
