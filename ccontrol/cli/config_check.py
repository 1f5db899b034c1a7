"""`ccontrol config check`: every fault of the configuration at once. Connects to nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.config_approve import approve
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import configured, configured_with_secrets
from ccontrol.config.settings import Config


@dataclass(frozen=True, slots=True)
class CheckedSite:
    """One site of a configuration without faults."""

    name: str
    store: Path
    store_exists: bool
    controllers: tuple[str, ...]


def command(
    context: typer.Context,
    *,
    without_secrets: Annotated[
        bool,
        typer.Option(
            "--without-secrets",
            help="Do not look for the keys and passwords that the file names: for a check "
            "by somebody who may not read them.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Find every fault of the configuration in one go; connect to nothing.

    Ends with code 10 when the file has faults, 14 when a secret that it names is not there.

    \b
    Example:
      ccontrol --config /etc/ccontrol/ccontrol.toml config check
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here) if without_secrets else configured_with_secrets(here)
    sites = tuple(_checked(config))
    if as_json:
        emit("ccontrol/config-check/1", {"config": config.path, "sites": sites})
        return
    say(f"{config.path}: no faults", Tone.GOOD)
    for site in sites:
        count = len(site.controllers)
        say(f"  {site.name}: {count} {'controller' if count == 1 else 'controllers'}")
        if not count:
            say("    → a controller begins with [[site.controller]], see config.example.toml")
        if not site.store_exists:
            say(f"    there is no store at {site.store} yet", Tone.BAD)
            say(f"    → `ccontrol init NEW_FOLDER --site {site.name}` makes one to move there.")


def _checked(config: Config) -> list[CheckedSite]:
    return [
        CheckedSite(
            site.name,
            site.store.path,
            (site.store.path / "HEAD").is_file(),
            tuple(controller.id for controller in site.controllers),
        )
        for site in config.sites
    ]


group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
group.command("check")(command)
group.command("approve")(approve)


@group.callback()
def about_config() -> None:
    """Look after the configuration."""
