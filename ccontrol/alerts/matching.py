"""Which channel wants which alert, and how much of it. Pure."""

from dataclasses import replace

from ccontrol.model.alert import AUTHORISATION_REASON, Alert, Channel, Event, Syslog

_ALWAYS = frozenset({Event.TEST, Event.LOST, Event.FAILED})
"""Whoever is told anything is told these: they are about the telling itself."""


def wants(channel: Channel, alert: Alert) -> bool:
    """Say whether an alert goes out on a channel."""
    if alert.event in _ALWAYS:
        return True
    if alert.event is Event.LOG_HEAD:
        return alert.event in channel.events or _hears_all_events_by_syslog(channel)
    if channel.events and _told_as(alert.event).isdisjoint(channel.events):
        return False
    return (
        alert.weighs >= channel.severity
        and _meets(channel.aspects, alert.aspects)
        and _is_about(channel, alert)
    )


def as_wanted(channel: Channel, alert: Alert) -> Alert:
    """Return the alert as the channel may have it: without logic and addresses, unless it may."""
    if channel.details:
        return alert
    facts = tuple(one for one in alert.facts if not one[0].startswith(AUTHORISATION_REASON))
    return replace(alert, details="", address="", facts=facts)


def _hears_all_events_by_syslog(channel: Channel) -> bool:
    return isinstance(channel.way, Syslog) and not channel.events


def _told_as(event: Event) -> frozenset[Event]:
    """Whoever is told of changes is told, too, that one was judged anew: else the first holds."""
    return frozenset({event, Event.CHANGE} if event is Event.JUDGED_ANEW else {event})


def _meets(wanted: tuple[object, ...], found: tuple[object, ...]) -> bool:
    return not wanted or not found or not set(wanted).isdisjoint(found)


def _is_about(channel: Channel, alert: Alert) -> bool:
    if not alert.controller or not (channel.controllers or channel.tags):
        return True
    named = alert.controller in channel.controllers
    return named or not set(channel.tags).isdisjoint(alert.tags)
