"""What a daemon says of itself in numbers: read from its parts, changing nothing.

docs/alerts.md lists every name; a test holds it against this.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version

from ccontrol.poll.ears import Ears
from ccontrol.poll.engine import Engine
from ccontrol.poll.herald import Herald
from ccontrol.poll.metrics import COUNTER, GAUGE, Metric, Sample
from ccontrol.poll.overview import WitnessKind
from ccontrol.poll.site import OpenSite
from ccontrol.poll.vital import vital
from ccontrol.poll.watched import Watched

_VERSION = version("ccontrol")


def metrics_of(
    engine: Engine, heralds: Mapping[str, Herald], missing: Iterable[str], ears: Ears
) -> Iterator[Metric]:
    """Yield everything that is told of a daemon; `missing` names the sites that are not open."""
    clock, sites = engine.clock, engine.roster.sites
    late_s = clock.monotonic() - engine.turned_at
    yield Metric("ccontrol_info", GAUGE, "Always 1.", (((("version", _VERSION),), 1),))
    yield Metric(
        "ccontrol_engine_turn_age_seconds",
        GAUGE,
        "Since the engine's loop turned last; above 10 it makes no progress.",
        (((), late_s),),
    )
    is_open = {**dict.fromkeys(missing, 0), **dict.fromkeys(sites, 1)}
    yield _gauge("ccontrol_site_open", "Whether the site is watched.", _by_site(is_open))
    yield from _of_stores(sites)
    yield from _of_controllers(engine, clock.now())
    yield from _of_polls(sites)
    yield from _of_channels(heralds, clock.now())
    yield from _of_witnesses(sites, ears)


def _of_stores(sites: Mapping[str, OpenSite]) -> Iterator[Metric]:
    each = sites.items()
    yield _gauge(
        "ccontrol_store_trouble",
        "1 while the store takes nothing, or decisions cannot be read.",
        _by_site({name: int(site.complaint is not None) for name, site in each}),
    )
    yield _gauge(
        "ccontrol_spool_results",
        "Results that wait for the store.",
        _by_site({name: len(site.spool.names()) for name, site in each}),
    )
    yield _gauge(
        "ccontrol_spool_bytes",
        "Their size.",
        _by_site({name: site.spool.size for name, site in each}),
    )
    yield _gauge(
        "ccontrol_writer_waiting",
        "Pieces of work that wait for the writer of the history.",
        _by_site({name: site.scribe.waiting for name, site in each}),
    )


def _of_controllers(engine: Engine, now: datetime) -> Iterator[Metric]:
    watched = {name: engine.roster.of_site(name) for name in engine.roster.sites}
    counts = {
        "ccontrol_controllers": ("Controllers that are watched.", lambda _one: True),
        "ccontrol_controllers_enrolled": ("Enrolled ones.", lambda one: one.enrolled),
        "ccontrol_controllers_paused": ("Paused ones.", lambda one: one.pause is not None),
        "ccontrol_controllers_quarantined": (
            "Left alone for a while, since reading them broke a worker.",
            lambda one: one.quarantined(now),
        ),
    }
    for name, (words, holds) in counts.items():
        found = {site: sum(map(holds, each)) for site, each in watched.items()}
        yield _gauge(name, words, _by_site(found))
    ages = {site: vital(each, now, 0.0).oldest_s for site, each in watched.items()}
    yield _gauge(
        "ccontrol_oldest_poll_age_seconds",
        "Since the controller was seen that was seen longest ago, paused ones aside.",
        _by_site(ages),
    )
    yield _gauge(
        "ccontrol_last_poll_timestamp_seconds",
        "End of the newest poll of a controller that went well.",
        tuple(_seen(each) for site in watched.values() for each in site if each.succeeded_at),
    )
    yield _gauge("ccontrol_findings", "Findings that stand.", tuple(_findings(watched)))


def _seen(watched: Watched) -> Sample:
    key, at = watched.key, watched.succeeded_at
    return (("site", key.site), ("controller", key.controller_id)), at.timestamp() if at else 0.0


def _findings(watched: Mapping[str, tuple[Watched, ...]]) -> Iterator[Sample]:
    for site, each in watched.items():
        codes = Counter(
            finding.code
            for one in each
            if one.memory.face is not None
            for finding in one.memory.face.findings
        )
        yield from (((("site", site), ("code", code)), codes[code]) for code in sorted(codes))


def _of_polls(sites: Mapping[str, OpenSite]) -> Iterator[Metric]:
    each = [(name, site.tally) for name, site in sites.items()]
    outcomes = tuple(
        ((("site", name), ("outcome", outcome.value)), count)
        for name, tally in each
        for outcome, count in tally.outcomes.items()
    )
    yield Metric("ccontrol_polls_total", COUNTER, "Polls by what came of them.", outcomes)
    for name, words, found in (
        ("requests", "Requests to controllers.", {site: one.requests for site, one in each}),
        ("sent_bytes", "Bytes to controllers.", {site: one.bytes_sent for site, one in each}),
        ("received_bytes", "Bytes from them.", {site: one.bytes_received for site, one in each}),
        ("commits", "Changes that were committed.", {site: one.commits for site, one in each}),
    ):
        yield Metric(f"ccontrol_{name}_total", COUNTER, words, _by_site(found))


def _of_channels(heralds: Mapping[str, Herald], now: datetime) -> Iterator[Metric]:
    found = [
        ((("site", site), ("channel", channel.name)), channel)
        for site, herald in heralds.items()
        for channel in herald.channels
    ]
    yield _gauge(
        "ccontrol_alerts_waiting",
        "Alerts that a channel has not acknowledged.",
        tuple((labels, channel.waiting) for labels, channel in found),
    )
    yield _gauge(
        "ccontrol_alerts_lost",
        "Alerts that had no room in the queue, not told as lost yet.",
        tuple((labels, channel.lost) for labels, channel in found),
    )
    yield _gauge(
        "ccontrol_channel_failing_seconds",
        "Since when a channel takes nothing; 0: it does.",
        tuple((labels, _since(channel.failing_since, now)) for labels, channel in found),
    )


def _of_witnesses(sites: Mapping[str, OpenSite], ears: Ears) -> Iterator[Metric]:
    found = [
        ((("site", name), ("kind", one.kind.value), ("witness", one.name)), one)
        for name, site in sites.items()
        for one in ears.attendance.of(site)
        if one.kind is not WitnessKind.SOCKET
    ]
    yield _gauge(
        "ccontrol_witness_present",
        "1: connected, open, or there and growing; 0: it hears nothing.",
        tuple((labels, int(one.present)) for labels, one in found),
    )
    yield _gauge(
        "ccontrol_witness_last_watch_timestamp_seconds",
        "Up to when a witness said that it watched.",
        tuple(
            (labels, one.watched_until.timestamp())
            for labels, one in found
            if one.watched_until is not None
        ),
    )
    for name, words, each in (
        ("heard", "Packets or lines that it looked at.", [one.packets for _, one in found]),
        ("dropped", "Those that it knows it missed.", [one.dropped for _, one in found]),
    ):
        labels = [labels for labels, _ in found]
        samples = tuple(zip(labels, each, strict=True))
        yield Metric(f"ccontrol_witness_{name}_total", COUNTER, words, samples)
    yield Metric(
        "ccontrol_engineering_to_unknown_total",
        COUNTER,
        "Events of engineering at addresses that no controller has.",
        _by_site({name: ears.strangers.count(name) for name in sites}),
    )


def _since(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (now - at).total_seconds())


def _gauge(name: str, words: str, samples: tuple[Sample, ...]) -> Metric:
    return Metric(name, GAUGE, words, samples)


def _by_site(values: Mapping[str, float]) -> tuple[Sample, ...]:
    return tuple(((("site", site),), value) for site, value in values.items())
