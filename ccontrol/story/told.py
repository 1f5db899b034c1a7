"""Alerts that were told, as moments."""

from collections.abc import Iterable, Iterator

from ccontrol.logic.printable import printable
from ccontrol.model.alert import Phase, ToldAlert
from ccontrol.story.moments import Moment, Sort


def told(alerts: Iterable[ToldAlert]) -> Iterator[Moment]:
    """Yield a moment for each alert that a channel has acknowledged, or that waits for it."""
    for alert in alerts:
        phase = "" if alert.phase is Phase.HAPPENED else f", {alert.phase.value}"
        how = "told on" if alert.told_at is not None else "still waits for"
        yield Moment(
            at=alert.told_at or alert.at,
            sort=Sort.ALERT,
            text=f"{how} channel {printable(alert.channel)}: {printable(alert.text)}",
            details=(f"{alert.event.value}{phase}, id {printable(alert.id)}",),
            severity=alert.severity.word,
            change_id=alert.change_id,
        )
