"""`ccontrol sense`: the sensor. Overhears engineering on network interfaces until told to stop."""

import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.witness import Hello
from ccontrol.cli.event_files import STDIN, PortsOption, watchlist_of
from ccontrol.cli.service_log import log_to_stderr
from ccontrol.clock import SystemClock
from ccontrol.poll.notify import Notifier
from ccontrol.sensor.confine import bound, confine
from ccontrol.sensor.daemon_line import DaemonLine
from ccontrol.sensor.ear import Orders
from ccontrol.sensor.printed import Printed
from ccontrol.sensor.ring import Ring
from ccontrol.sensor.sensor import Sensor, Source
from ccontrol.sensor.stream import Stream
from ccontrol.sensor.tap import How, Tap, Taps
from ccontrol.store.age import Sealer

_MIB = 1 << 20


def command(
    *,
    interfaces: Annotated[
        list[str],
        typer.Argument(
            metavar="INTERFACE...",
            help="What to listen on, e.g. the one at a mirror port; or - alone: packets that "
            "another program captures, from standard input.",
        ),
    ],
    socket: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="The daemon's witness socket, to hand over what is seen."
        ),
    ] = None,
    print_: Annotated[
        bool,
        typer.Option("--print", help="Print events as lines of JSON instead; needs no daemon."),
    ] = False,
    name: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="What the sensor is called. Otherwise as its interfaces."
        ),
    ] = "",
    ports: PortsOption = None,
    controllers: Annotated[
        list[str] | None,
        typer.Option(
            "--controller",
            metavar="ADDRESS",
            help="An address that is a controller's, beside those that the daemon names. May be "
            "given again.",
        ),
    ] = None,
    promiscuous: Annotated[
        bool,
        typer.Option(
            "--promiscuous", help="Take frames to any MAC address, as a mirror port shows them."
        ),
    ] = False,
    quiet: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=1, max=600, help="An event is over after so long without an act."
        ),
    ] = 10.0,
    buffer: Annotated[
        int,
        typer.Option(
            metavar="MIB", min=1, max=1024, help="Memory of the kernel for packets not read yet."
        ),
    ] = 16,
    ring: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep packets of changes there, encrypted."),
    ] = None,
    ring_bytes: Annotated[
        int,
        typer.Option(metavar="BYTES", min=_MIB, help="How large the folder may grow."),
    ] = 256 * _MIB,
    recipient: Annotated[
        str,
        typer.Option(metavar="AGE1...", help="The age recipient that can open these packets."),
    ] = "",
    verbose: Annotated[bool, typer.Option("--verbose", help="Log each hint.")] = False,
) -> None:
    """Overhear engineering on network interfaces: loads, modes, forces, passwords (never kept).

    It receives and never sends. It needs the right CAP_NET_RAW to open its sockets, gives it up
    then, and reads no configuration: what it sees goes to the daemon's witness socket. Of packets
    that it could not take it says how many.

    \b
    Example:
      ccontrol sense eth1 --print --promiscuous
      ccontrol sense eth1 --promiscuous --socket /run/ccontrol/witness
      ssh tap tcpdump -i eth1 -U -w - | ccontrol sense - --print
      systemctl start ccontrol-sense@eth1
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    if print_ == (socket is not None):
        raise typer.BadParameter("want either --socket PATH or --print")
    if STDIN in interfaces and len(interfaces) > 1:
        raise typer.BadParameter("- stands alone: what passes at several places is one recording")
    if (ring is None) != (not recipient):
        raise typer.BadParameter("--ring and --recipient go together: packets are kept encrypted")
    log_to_stderr(verbose=verbose)
    watchlist = watchlist_of(ports or [], controllers or [])
    how = How(frozenset(watchlist.ports), promiscuous, buffer * _MIB)
    source = _source(interfaces, how)
    bound()
    shown = "stdin" if interfaces == [STDIN] else "+".join(interfaces)
    orders = Orders(name or shown, watchlist, quiet)
    clock = SystemClock()
    kept = None if ring is None else Ring(ring, Sealer(recipient), ring_bytes, shown, clock)
    hello = Hello(orders.name, shown, version("ccontrol"))
    listener = Printed(sys.stdout) if socket is None else DaemonLine(socket, hello, clock)
    sensor = Sensor(orders, listener, clock, kept)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sensor.stop())
    sensor.run(source, Notifier.from_environment())


def _source(interfaces: list[str], how: How) -> Source:
    """Open what is listened to, and give up every right. Raises SensorError."""
    if interfaces == [STDIN]:
        confine()  # before its thread is there: rights belong to threads
        return Stream(sys.stdin.fileno())
    taps = Taps([Tap(interface, how) for interface in interfaces])
    confine()
    return taps
