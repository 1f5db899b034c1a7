"""From the last packet of a download to the signed record of the change, with who it was.

Simulated S7 CPUs with default settings, each loaded once by a simulated station over real sockets;
the real sensor (on the loopback, or at a mirror where nobody may listen there) and the real daemon,
each a process of its own. Told are all times, and how much of them is quiet: nobody asks a
controller while somebody may still be at work on it. A change whose record was confirmed only by a
later judgement counts up to that one's commit.

    python -m benchmarks.origin_latency [--downloads 12] [--apart-s 5]
"""

import argparse
import json
import os
import subprocess  # noqa: TID251 — ccontrol and git are run as a user runs them
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from ccontrol.cli.demo.programs import Program, running
from ccontrol.clock import SystemClock
from ccontrol.errors import SensorError
from ccontrol.model.controller import Schedule
from ccontrol.sensor.tap import How, Tap
from ccontrol.sim.mirror import Mirror
from ccontrol.sim.s7 import plant, station
from ccontrol.sim.s7.server import Live
from ccontrol.sim.s7.server import running as simulated

GOAL_S = 20.0
PATIENCE_S = 600.0
STATION = "127.0.0.9"
CONTROLLER = """
[[site.controller]]
id = "{name}"
area = "hall"
family = "s7"
address = "{host}"
port = {port}
bridge = "{name}"
"""
"""Nothing but where it is: every setting has its default."""


class Plant:
    """Enrolled controllers, their daemon and their sensor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mirror = Mirror(SystemClock())
        self.daemon = Program("daemon", folder, ("--config", "ccontrol.toml", "run"))

    def ccontrol(self, *arguments: str) -> str:
        own = () if arguments[0] == "init" else ("--config", "ccontrol.toml")
        command = [sys.executable, "-m", "ccontrol", *own, *arguments]
        done = subprocess.run(command, cwd=self.folder, check=False, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr  # 1: a poll that found something
        return done.stdout

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", "baselines/north", *arguments]
        return subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout

    def configure(self, everyone: Mapping[str, Live]) -> None:
        self.ccontrol("init", ".", "--site", "north")
        tables = "".join(
            CONTROLLER.format(name=name, host=live.host, port=live.port)
            for name, live in everyone.items()
        )
        with (self.folder / "ccontrol.toml").open("a") as config:
            config.write(tables + '\n[engine]\nwitness_socket = "witness"\n')
        self.ccontrol("enroll", *everyone, "--yes")
        for name in everyone:
            self.ccontrol("poll", name, "--depth", "full")  # the daemon would take minutes to begin

    def committed(self) -> dict[str, tuple[float, str]]:
        """When the newest change of each was durable, by the daemon's log, and its id."""
        found = {}
        for line in self.daemon.said():
            words = dict(word.split("=", 1) for word in line.split() if "=" in word)
            if words.keys() >= {"change", "controller", "commit"}:
                at = time.mktime(time.strptime(line[:19], "%Y-%m-%d %H:%M:%S"))
                name = words["controller"].removeprefix("north/")
                found[name] = (at + int(line[20:23]) / 1000, words["change"])
        return found

    def known_at(self, change_id: str, committed_at: float) -> float:
        """When the record said where it came from; raises AssertionError when it does not."""
        shown: dict[str, Any] = json.loads(self.ccontrol("show", change_id, "--json"))
        told = shown["record"]["attribution"]
        assert (told["origin"], told["confidence"]) == ("network", "confirmed"), told["reason"]
        assert [actor["address"] for actor in told["actors"]] == [STATION]
        if shown["judgements"] == 1:
            return committed_at
        newest = f"records/*/{change_id}/{shown['judgements']:04}.toml"
        return 1.0 + float(self.git("log", "--format=%ct", "observed", "--", newest).split()[0])

    @contextmanager
    def watched(self, ports: list[int]) -> Iterator[None]:
        """Run the daemon, and the sensor beside it."""
        near, far = os.pipe()
        where = "lo" if may_listen() else "-"
        arguments = ("sense", where, "--socket=witness", *(f"--port={port}=s7" for port in ports))
        sensor = Program("sensor", self.folder, arguments, near)
        with running(self.daemon):
            wait_for((self.folder / "witness").exists)
            self.mirror.begin(far)
            with running(sensor):
                wait_for(lambda: any("the daemon listens" in line for line in sensor.said()))
                yield
                self.mirror.end()


def may_listen() -> bool:
    try:
        Tap("lo", How(frozenset({102}))).close()
    except SensorError as error:
        print(f"{error}; so the sensor hears a mirror of the controllers, by a pipe")
        return False
    return True


def wait_for(happened: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > until:
            raise TimeoutError(f"it did not come to that within {PATIENCE_S:.0f} s")
        time.sleep(0.5)


def main(arguments: list[str]) -> int:
    """Print the times; non-zero when the median misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--downloads", type=int, default=12)
    parser.add_argument("--apart-s", type=float, default=5.0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        watched = Plant(Path(folder))
        everyone = {
            f"press-{number}": stack.enter_context(
                simulated(
                    plant.press(name=f"press-{number}"),
                    {STATION},
                    host=f"127.0.1.{number}",
                    mirror=watched.mirror,
                )
            )
            for number in range(1, options.downloads + 1)
        }
        watched.configure(everyone)
        return told(measured(watched, everyone, options.apart_s))


def measured(watched: Plant, everyone: Mapping[str, Live], apart_s: float) -> list[float]:
    """Load each controller once; return how long each took until its origin was on record."""
    loaded: dict[str, float] = {}
    with watched.watched([live.port for live in everyone.values()]):
        for name, live in everyone.items():
            station.download(live.host, live.port, STATION, (plant.ob1(1, 3),))
            loaded[name] = SystemClock().now().timestamp()
            time.sleep(apart_s)
        wait_for(lambda: watched.committed().keys() == everyone.keys())
        time.sleep(2 * apart_s)  # what is judged anew is judged by now
        return [
            watched.known_at(change_id, at) - loaded[name]
            for name, (at, change_id) in watched.committed().items()
        ]


def told(times: list[float]) -> int:
    quiet_s = Schedule().quiet_s
    middle, late = median(times), quantiles(times, n=20, method="inclusive")[-1]
    print(
        f"{len(times)} downloads of OB1, all network, confirmed, with their station: "
        f"median {middle:.1f} s, p95 {late:.1f} s, worst {max(times):.1f} s; {quiet_s:.0f} s of "
        f"each are quiet, so {middle - quiet_s:.1f} s are ours at the median"
    )
    print(f"goal {GOAL_S:.0f} s at the median: {'reached' if middle < GOAL_S else 'MISSED'}")
    return 0 if middle < GOAL_S else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
