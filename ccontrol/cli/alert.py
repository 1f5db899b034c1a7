"""`ccontrol alert`: try the channels; tell of a daemon that the service manager has given up.

Both send at once, from this process, past the queues: what comes of it is seen here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from ccontrol.alerts.senders import send
from ccontrol.cli.audit import Ran, audit_all
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import configured, configured_with_secrets
from ccontrol.config.settings import Config
from ccontrol.errors import DeliveryError, UnknownNameError
from ccontrol.model.alert import Alert, Channel, Event, Phase
from ccontrol.model.judgement import Severity
from ccontrol.poll.places import Places, queue_folder
from ccontrol.store.outbox import read_aside

_ALERT = TypeAdapter(Alert)

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@group.callback()
def about_alerts() -> None:
    """Try the channels on which people are told.

    \b
    Example:
      ccontrol alert test
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("test")
def try_channels(
    context: typer.Context,
    *,
    channels: Annotated[
        list[str] | None, typer.Argument(metavar="[CHANNEL]...", help="All, if none is named.")
    ] = None,
) -> None:
    """Send a test message on each channel and say what came of it.

    Ends with code 60 when a channel did not take it. Of a datagram nobody knows whether it arrived.

    \b
    Example:
      ccontrol alert test
      ccontrol alert test siem
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured_with_secrets(here)
    chosen = _chosen(config, channels or [])
    names = {site for site, _ in chosen}
    sites = (site for site in config.sites if site.name in names)
    audit_all(sites, here.clock, Ran("tried channels", ", ".join(one.name for _, one in chosen)))
    _send(here, chosen, Event.TEST, "a test of this channel")


@group.command("failed")
def tell_failure(context: typer.Context) -> None:
    """Tell every channel that the daemon has ended and will not come back by itself.

    For the unit that systemd starts by OnFailure=; needs no daemon and no store.

    \b
    Example:
      ccontrol --config /etc/ccontrol/ccontrol.toml alert failed
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured_with_secrets(here)
    text = "the daemon has failed and was given up: nothing is watched"
    _send(here, _chosen(config, []), Event.FAILED, text)


@group.command("refused")
def list_refused(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """List the alerts that a channel refused again and again while it took others.

    They were put aside, so that what came behind them went out. Ends with code 1 when there are
    any.

    \b
    Example:
      ccontrol alert refused
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    config = configured(invocation(context))
    rows = [
        {"site": site, "channel": channel.name, "reason": aside.reason, **_brief(aside.content)}
        for site, channel, folder in _queues(config)
        for aside in read_aside(folder)
    ]
    if as_json:
        emit("ccontrol/alert-refused/1", {"alerts": rows})
    elif not rows:
        say("no channel has refused an alert")
    for row in () if as_json else rows:
        say(f"{row['site']}/{row['channel']}: {row['text']}", Tone.BAD)
        say(f"  {row['id']}, {row['at']}: {row['reason']}", Tone.QUIET)
    return 1 if rows else 0


def _queues(config: Config) -> Iterator[tuple[str, Channel, Path]]:
    for site in config.sites:
        for channel in site.alerts:
            alerts = Places(site.store.path).alerts
            yield site.name, channel, queue_folder(alerts, channel.name)


def _brief(content: bytes) -> dict[str, object]:
    """Return what identifies an alert; empty words for bytes that are none."""
    try:
        alert = _ALERT.validate_json(content)
    except ValidationError:
        return {"id": "", "at": None, "text": "it cannot be understood"}
    return {"id": alert.id, "at": alert.at, "text": alert.text}


def _chosen(config: Config, names: list[str]) -> list[tuple[str, Channel]]:
    """Return the channels that are meant, each with its site's name."""
    every = [(site.name, channel) for site in config.sites for channel in site.alerts]
    known = {channel.name for _, channel in every}
    for name in names:
        if name not in known:
            raise UnknownNameError(
                f"there is no channel {name!r} in the configuration",
                hint=f"Channels are {', '.join(sorted(known)) or 'none'}.",
            )
    return [(site, channel) for site, channel in every if not names or channel.name in names]


def _send(here: Invocation, chosen: list[tuple[str, Channel]], event: Event, text: str) -> None:
    if not chosen:
        say("the configuration has no [[site.alert]]: nobody is told anything", Tone.CAUTION)
    failures = []
    for site, channel in chosen:
        try:
            send(channel, [_alert(here, site, event, text)], here.clock)
        except DeliveryError as error:
            failures.append(f"{site}/{channel.name}")
            say(f"{site}/{channel.name}: {error}", Tone.BAD)
            say(f"  → {error.hint}")
        else:
            say(f"{site}/{channel.name}: sent", Tone.GOOD)
    if failures:
        raise DeliveryError(f"not told: {', '.join(failures)}")


def _alert(here: Invocation, site: str, event: Event, text: str) -> Alert:
    now = here.clock.now()
    severity = Severity.CRITICAL if event is Event.FAILED else Severity.INFO
    return Alert(
        id=f"{event.value}-{now:%Y%m%dT%H%M%S}",
        event=event,
        phase=Phase.HAPPENED,
        at=now,
        site=site,
        severity=severity,
        weighs=severity,
        text=f"{site}: {text}",
    )
