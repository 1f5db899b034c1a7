"""Handing alerts to a program of this host: a list of arguments, JSON on its input, no shell."""

import os
import signal
import subprocess  # noqa: TID251 — the door for programs that the configuration names
from collections.abc import Sequence

from ccontrol.alerts.asjson import as_json
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, Program

_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
"""Nothing of ours: systemd hands secrets over in the environment, too."""


def send(way: Program, alerts: Sequence[Alert], limit_s: float) -> None:
    """Run the program. Raises DeliveryError unless it ends with code 0 within the limit.

    One that takes longer is killed with whatever it started in its process group. What it says goes
    nowhere: a program that never stops talking must not fill our memory.
    """
    try:
        started = subprocess.Popen(  # noqa: S603 — the configuration's owner chose it; no shell
            way.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise DeliveryError(f"{way.command[0]}: {why}") from error
    with started:
        try:
            started.communicate(as_json(alerts), timeout=limit_s)
        except subprocess.TimeoutExpired as error:
            os.killpg(started.pid, signal.SIGKILL)  # not reaped yet: the number is still its own
            raise DeliveryError(f"{way.command[0]}: did not end within {limit_s:g} s") from error
    if started.returncode:
        raise DeliveryError(f"{way.command[0]}: ended with code {started.returncode}")
