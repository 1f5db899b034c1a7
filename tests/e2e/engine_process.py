"""The daemon of the end-to-end tests: the real one, with a configuration read from JSON."""

import json
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ccontrol.clock import SystemClock
from ccontrol.config.settings import (
    Config,
    EngineSettings,
    KeyFile,
    Site,
    StoreSettings,
    TimestampSettings,
)
from ccontrol.errors import CcontrolError, ConfigError
from ccontrol.model.alert import Channel, Event, Syslog
from ccontrol.model.approval import Anchor
from ccontrol.model.controller import Schedule
from ccontrol.model.judgement import Severity
from ccontrol.model.secret import Secret
from ccontrol.poll.daemon import Daemon
from ccontrol.poll.notify import Notifier
from tests.unit.poll.toy import BRIEF, TABLE, controller


def load(folder: Path) -> Config:
    try:
        told = json.loads((folder / "plant.json").read_text())
    except ValueError as error:
        raise ConfigError("the plant is not JSON") from error
    sites = tuple(map(_site, told["sites"]))
    metrics = tuple(told["metrics"]) if told.get("metrics") else None
    door = Path(told["witness_socket"]) if told.get("witness_socket") else None
    engine = EngineSettings(in_flight=8, metrics=metrics, witness_socket=door)
    return Config(folder / "ccontrol.toml", sites, engine)


def _site(told: dict[str, Any]) -> Site:
    name = told["name"]
    controllers = tuple(
        controller(
            each["port"],
            each["id"],
            site=name,
            schedule=Schedule(**each["schedule"]),
            budget=replace(BRIEF, answer_timeout_s=each["answer_timeout_s"]),
        )
        for each in told["controllers"]
    )
    store = StoreSettings(
        path=Path(told["path"]),
        signing_key=KeyFile(Path(told["folder"]) / "key"),
        seal_key=Secret("11" * 32),
        vault_recipient="",
        low_water_bytes=told["low_water"],
    )
    alerts = tuple(
        Channel(
            each["name"],
            Syslog("127.0.0.1", each["port"], "tcp"),
            Severity.INFO,
            events=tuple(map(Event, each["events"])),
        )
        for each in told["alerts"]
    )
    roots = tuple(told["roots"])
    people = Anchor(roots, len(roots)) if roots else None
    asked = told.get("timestamps")
    timestamps = TimestampSettings(asked["url"], (Path(asked["authority"]),)) if asked else None
    return Site(
        name,
        name.title(),
        store,
        controllers,
        alerts=alerts,
        people=people,
        timestamps=timestamps,
    )


def begin(folder: Path, said: Path, surroundings: dict[str, str]) -> None:
    """Become the daemon, in a process that was forked from one that has loaded all of this."""
    os.environ.clear()
    os.environ.update(surroundings)
    os.dup2(os.open(said, os.O_WRONLY | os.O_APPEND), sys.stderr.fileno())
    sys.exit(main(folder))


def main(folder: Path) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    try:
        Daemon(lambda: load(folder), SystemClock(), Notifier.from_environment(), TABLE).run()
    except CcontrolError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0
