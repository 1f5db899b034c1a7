"""A packet socket at one end of a cable (veth), in a network of its own: tags, MACs, down."""

import shutil
import subprocess  # noqa: TID251 — a network of its own needs a process of its own
import sys

import pytest

CABLE = """
import socket, subprocess, sys, time
from ccontrol.errors import SensorError
from ccontrol.sensor.tap import How, Tap
from tests.unit.sources.wire.packets import CONTROLLER, STATION, ethernet, ip, tcp

def run(words):
    subprocess.run(words.split(), check=True)

run("ip link add near type veth peer name far")
run("ip link set near up")
run("ip link set far up")
tap = Tap("far", How(frozenset({102}), promiscuous=True))
packet = ip(STATION, CONTROLLER, 6, tcp((50001, 102), 1, 1, 24, b"x" * 40))
plain = ethernet(bytes.fromhex("020000000010"), bytes.fromhex("020000000020"), 0x0800, packet)
sent = [
    plain[:12] + bytes.fromhex(tags) + plain[12:]
    for tags in ("", "8100e005", "88a80005" "81000006", "8100000581000006")
]
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as door:
    door.bind(("near", 0))
    for frame in sent:
        door.send(frame)
time.sleep(0.3)
heard = [frame.data for frame in tap.frames(0)]
print([frame in heard for frame in sent], len(heard), tap.losses())
run("ip link set far down")
try:
    tap.losses()
except SensorError as error:
    print(error)
"""


def why_not() -> str:
    """Why there can be no network of its own here; empty: there can."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "no cable without unshare and ip"
    tried = subprocess.run(
        ["unshare", "--net", "ip", "link", "add", "near", "type", "veth", "peer", "name", "far"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"no cable: {tried.stderr.strip()}" if tried.returncode else ""


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_frames_come_off_a_cable_as_they_were_sent_until_it_is_unplugged() -> None:
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", CABLE],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.splitlines() == [
        "[True, True, True, True] 4 0",
        "far is not heard any more: Network is down",
    ], done.stderr
