"""What is worth telling, as alerts: of records, findings, stores and channels. Pure.

`text` holds no logic and no address; what may hold either stands in `details`.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ccontrol.canonical.message import message
from ccontrol.canonical.window_ends import sentence as sentence_of_end
from ccontrol.logic.printable import printable, shortened
from ccontrol.model.alert import Alert, Event, Phase, ToldAlert
from ccontrol.model.approval import WindowEnd, WindowEnded
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution, Origin, Severity
from ccontrol.model.policy import Policy
from ccontrol.model.record import Record
from ccontrol.policy.judge import judge
from ccontrol.poll.judgements import (
    Judgement,
    authorisation_facts,
    facts_of_before,
    sentence,
)
from ccontrol.poll.log_head import LogHead
from ccontrol.poll.vital import StrangeWork, Unrecorded

FINDINGS_AT_MOST = 50
"""So many findings of one record are told one by one; further ones in one sentence."""
DETAILS_AT_MOST = 2_000
_TROUBLES = {
    Event.STORE: "the store is in trouble",
    Event.COSIGNER: "the history is not what was vouched for elsewhere",
    Event.APPROVED: "a commit on approved does not count, nor does anything after it",
    Event.REWRITTEN: "approved was rewritten; what was seen on it goes on to count",
    Event.CLOSED: "the site cannot be opened, nothing of it is watched",
}
_FINDING = {Kind.RAISED: Phase.RAISED, Kind.CLEARED: Phase.CLEARED}


def of_judgement(
    judged: Judgement, controller: Controller | None, policy: Policy
) -> Iterator[Alert]:
    """Yield the alerts of one record: one about what changed, one for each finding's edge.

    A later judgement of a change is told once, beside the one before, and only when they differ.
    `controller` is None for one that is not configured any more. `policy` weighs findings one by
    one.
    """
    record = judged.record
    plain = _of_record(record, judged.commit, controller)
    if record.number > 1:
        yield from _anew(plain, judged, _title(record, controller))
    else:
        yield from _first(plain, record, controller, policy)


def _of_record(record: Record, commit: str, controller: Controller | None) -> Alert:
    """Return what every alert about a record has in common."""
    return replace(
        _plain(record.controller_id, record.site, record.taken_at, controller),
        id=f"change-{record.change_id}-{record.number}",
        severity=record.verdict.severity,
        weighs=record.verdict.severity,
        rule=record.verdict.rule,
        origin=record.attribution.origin.value,
        confidence=record.attribution.confidence.value,
        techniques=record.verdict.techniques,
        change_id=record.change_id,
        commit=commit,
        area=record.area,
        facts=authorisation_facts(record),
    )


def _anew(plain: Alert, judged: Judgement, title: str) -> Iterator[Alert]:
    """Yield the alert that a change was judged anew, if the new judgement says anything else.

    It weighs what the graver of both weighs: who was told of the change is told of this. What
    people themselves signed is no alarm, unless it made the change graver.
    """
    if not judged.says_something_new:
        return
    record, before = judged.record, judged.before
    old = sentence(before) if before is not None else "it cannot be read"
    severities = [one.verdict.severity for one in (before, record) if one is not None]
    yield replace(
        plain,
        event=Event.JUDGED_ANEW,
        severity=Severity.INFO if _only_peoples_word(judged) else record.verdict.severity,
        weighs=max(severities),
        aspects=record.changes.aspects,
        text=f"{title}: judged anew: {sentence(record)}; before: {old}",
        details=_short("; ".join((record.attribution.reason, *_weighed(record)))),
        facts=(*plain.facts, *facts_of_before(judged)),
    )


def _only_peoples_word(judged: Judgement) -> bool:
    """Tell whether nothing moved but what people say of a change, and it is no graver for that."""
    record, before = judged.record, judged.before
    if before is None or record.verdict.authorised == before.verdict.authorised:
        return False
    same = record.attribution.origin is before.attribution.origin
    same = same and record.attribution.confidence is before.attribution.confidence
    return same and record.verdict.severity <= before.verdict.severity


def _first(
    plain: Alert, record: Record, controller: Controller | None, policy: Policy
) -> Iterator[Alert]:
    """Yield the alerts of a change that is new in the history."""
    changes = record.changes.changes
    facts = tuple(change for change in changes if change.kind not in _FINDING)
    edges = [change for change in changes if change.kind in _FINDING]
    title = _title(record, controller)
    if facts:
        told = replace(record.changes, changes=facts)
        yield replace(
            plain,
            aspects=told.aspects,
            text=f"{title}: {_sum(told)}{_word(record)}",
            details=_short("; ".join(_why(record))),
        )
    for edge in edges[:FINDINGS_AT_MOST]:
        yield _of_edge(plain, edge, title, record.attribution, controller, policy=policy)
    if len(edges) > FINDINGS_AT_MOST:
        count = len(edges) - FINDINGS_AT_MOST
        text = f"{title}: {count} more findings began or ended"
        yield replace(plain, id=f"{plain.id}-more", event=Event.FINDING, text=text)


def _why(record: Record) -> Iterator[str]:
    """Yield what changed, why it counts, and whether it was authorised."""
    yield message(record).subject
    yield from _weighed(record)


def _weighed(record: Record) -> Iterator[str]:
    """Yield why it counts as it does, and whether it was authorised."""
    yield record.verdict.reason
    if found := record.verdict.authorised:
        yield f"{found.word.value}: {found.reason}"


def window_ended(ended: WindowEnded, site: str, controllers: Collection[Controller]) -> Alert:
    """Return the alert that a change window is over. One that was used is no more than a note."""
    severity = Severity.INFO if ended.how is WindowEnd.USED else Severity.LOW
    own = [one for one in controllers if one.id in ended.controllers]
    known = own[0] if len(ended.controllers) == len(own) == 1 else None
    until = f"{ended.until:%Y%m%dT%H%M%S}"
    how = ended.how.value.replace(" ", "-")
    facts = (
        ("window", ended.window),
        ("windowend", ended.how.value),
        ("windowchanges", str(ended.changes)),
        ("windowuntil", ended.until.isoformat(timespec="seconds")),
        ("ticket", printable(ended.ticket)),
    )
    return replace(
        _plain(known.id if known else "", site, ended.told_at, known),
        id=f"window-{ended.window}-{until}-{how}",
        event=Event.WINDOW_ENDED,
        severity=severity,
        weighs=severity,
        text=f"{site}: change window {sentence_of_end(ended)}",
        area=known.area if known else "",
        facts=tuple(one for one in facts if one[1]),
    )


def unrecorded(seen: Unrecorded, trouble: str, policy: Policy) -> Alert:
    """Return the alert of a change that the store does not take."""
    controller, changes, taken_at = seen.controller, seen.changes, seen.taken_at
    attribution = Attribution(Origin.UNKNOWN, "not judged before it is recorded")
    known = judge(changes, attribution, controller, policy).severity if changes else Severity.HIGH
    what = _sum(changes) if changes else "something changed"
    return replace(
        _plain(controller.id, controller.site, taken_at, controller),
        id=f"unrecorded-{_digest(controller.id)}-{taken_at:%Y%m%dT%H%M%S.%f}",
        event=Event.UNRECORDED,
        severity=known,
        weighs=known,
        text=f"{printable(controller.title)}: {what}; not yet recorded, the store takes nothing",
        details=_short(trouble),
        aspects=changes.aspects,
        area=controller.area,
    )


def trouble(event: Event, site: str, name: str, since: datetime, why: str) -> Alert:
    """Return the alert that a store or site (`name` is empty), or a channel, began to fail."""
    what = f"channel {name} takes no alerts" if name else _TROUBLES[event]
    condition = about(event, site, name)
    return Alert(
        id=f"{event.value}-{_digest(condition)}-{since:%Y%m%dT%H%M%S}-{Phase.RAISED.value}",
        event=event,
        phase=Phase.RAISED,
        at=since,
        site=site,
        severity=Severity.HIGH,
        weighs=Severity.HIGH,
        text=f"{site}: {what}",
        details=_short(why),
        about=condition,
    )


def strange(site: str, seen: StrangeWork) -> Alert:
    """Return the alert that somebody works on what is not watched. It stands for two addresses."""
    condition = about(Event.STRANGE, site, _digest(f"{seen.station} {seen.address}"))
    return Alert(
        id=f"{Event.STRANGE.value}-{_digest(condition)}-{seen.seen_at:%Y%m%dT%H%M%S}-raised",
        event=Event.STRANGE,
        phase=Phase.RAISED,
        at=seen.seen_at,
        site=site,
        severity=Severity.MEDIUM,
        weighs=Severity.MEDIUM,
        text=f"{site}: somebody works on an address that no controller of the configuration has",
        details=_short(seen.what),
        about=condition,
        address=printable(seen.address),
    )


def log_head(head: LogHead, site: str) -> Alert:
    """Return the alert that tells others how long the log of ref updates is."""
    root = head.root.hex()
    return Alert(
        id=f"log-head-{head.size}-{root[:16]}-{head.at:%Y%m%dT%H%M%S}",
        event=Event.LOG_HEAD,
        phase=Phase.HAPPENED,
        at=head.at,
        site=site,
        severity=Severity.INFO,
        weighs=Severity.INFO,
        text=f"{site}: the log of ref updates has {head.size} entries, root {root}",
        commit=head.commit,
        facts=(("logorigin", head.origin), ("logsize", str(head.size)), ("logroot", root)),
    )


def gap(site: str, at: datetime) -> Alert:
    """Return the alert that some changes of the history may not have been told."""
    return Alert(
        id=f"gap-{at:%Y%m%dT%H%M%S}",
        event=Event.LOST,
        phase=Phase.HAPPENED,
        at=at,
        site=site,
        severity=Severity.HIGH,
        weighs=Severity.HIGH,
        text=f"{site}: older changes may not have been told; `ccontrol changes` lists them",
    )


def about(event: Event, site: str, name: str) -> str:
    """Return what names the trouble of a store (`name` is empty), a channel, or something else."""
    return f"{event.value}/{site}/{name}".rstrip("/")


def told(alert: Alert, channel: str, told_at: datetime | None) -> ToldAlert:
    """Return what is kept of an alert that a channel has, or (None) that waits for it."""
    return ToldAlert(
        channel=channel,
        at=alert.at,
        told_at=told_at,
        id=alert.id,
        event=alert.event,
        phase=alert.phase,
        severity=alert.severity,
        text=alert.text,
        controller=alert.controller,
        change_id=alert.change_id,
    )


def still(alert: Alert, at: datetime) -> Alert:
    """Return the reminder of what was raised and stands."""
    stamp = f"{at:%Y%m%dT%H%M%S}"
    return replace(
        alert, id=f"{alert.id}-still-{stamp}", phase=Phase.STILL, at=at, text=f"still: {alert.text}"
    )


def cleared(alert: Alert, at: datetime) -> Alert:
    """Return the end of what was raised."""
    return replace(
        alert,
        id=f"{alert.id}-{Phase.CLEARED.value}",
        phase=Phase.CLEARED,
        at=at,
        severity=Severity.INFO,
        text=f"over: {alert.text}",
        details="",
    )


def _of_edge(
    plain: Alert,
    edge: Change,
    title: str,
    attribution: Attribution,
    controller: Controller | None,
    *,
    policy: Policy,
) -> Alert:
    """Return the alert of a finding that began or ended."""
    phase = _FINDING[edge.kind]
    digest = _digest(f"{plain.site}/{plain.controller}/{edge.unit}")
    weighs, severity, rule = plain.weighs, plain.severity, plain.rule
    if controller is not None:
        begun = ChangeSet(controller.id, (replace(edge, kind=Kind.RAISED),))
        now = ChangeSet(controller.id, (edge,))
        weighs = judge(begun, attribution, controller, policy).severity
        verdict = judge(now, attribution, controller, policy)
        severity, rule = verdict.severity, verdict.rule
    word = "raised" if phase is Phase.RAISED else "over"
    return replace(
        plain,
        id=f"{plain.id}-{phase.value}-{digest}",
        event=Event.FINDING,
        phase=phase,
        severity=severity,
        weighs=weighs,
        rule=rule,
        aspects=(edge.aspect,),
        about=f"{Event.FINDING.value}/{plain.site}/{plain.controller}/{digest}",
        text=f"{title}: finding {printable(edge.unit.kind)} {word}",
        details=_short(f"{edge.unit.key}: {edge.reason}" if edge.unit.key else edge.reason),
    )


def _plain(controller_id: str, site: str, at: datetime, controller: Controller | None) -> Alert:
    """Return what every alert about a controller has in common."""
    return Alert(
        id="",
        event=Event.CHANGE,
        phase=Phase.HAPPENED,
        at=at,
        site=site,
        severity=Severity.INFO,
        weighs=Severity.INFO,
        text="",
        controller=controller_id,
        name=printable(controller.name) if controller else "",
        address=controller.address if controller else "",
        tags=controller.tags if controller else (),
    )


def _sum(changes: ChangeSet) -> str:
    """Return "program and mode: 3 changed, 1 removed": what differs, without any name."""
    if changes.first:
        return "first seen"
    kinds = [change.kind for change in changes.changes]
    counts = ", ".join(f"{kinds.count(kind)} {kind.value}" for kind in Kind if kind in kinds)
    return f"{_listed(aspect.value for aspect in changes.aspects)}: {counts}"


def _word(record: Record) -> str:
    """Return "; unauthorised": whether it was authorised, where that was judged."""
    found = record.verdict.authorised
    return f"; {found.word.value}" if found else ""


def _listed(words: Iterable[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def _title(record: Record, controller: Controller | None) -> str:
    title = controller.title if controller is not None else record.title
    return shortened(printable(title or record.controller_id), 80)


def _short(text: str, most: int = DETAILS_AT_MOST) -> str:
    return shortened(printable(text), most)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
