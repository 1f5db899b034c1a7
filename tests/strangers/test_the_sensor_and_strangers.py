"""tcpdump's compiler lets through what the sensor's filter does; age and tshark open its ring."""

import shutil
import subprocess  # noqa: TID251 — strangers are programs
from itertools import islice
from pathlib import Path

import pytest
from pyrage import x25519

from ccontrol.sensor.packet_filter import program
from ccontrol.sensor.ring import Ring
from ccontrol.sources.wire.protocols import PORTS
from ccontrol.sources.wire.recording import Recording
from ccontrol.store.age import Sealer
from tests.unit.sensor.machine import run
from tests.unit.sensor.overheard import Overheard, SetClock
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import corpus
from tests.unit.sources.wire.packets import Line, Talk

pytestmark = pytest.mark.strangers

ANY = " or ".join(f"port {port}" for port in sorted(PORTS))
MEANT = (
    f"(ip and ip[6:2] & 0x1fff = 0 and (proto 47 or ((tcp or udp) and ({ANY})))) or "
    f"(ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 60 or ip6[6] = 47 or "
    f"((ip6[6] = 6 or ip6[6] = 17) and ({ANY})))) or (ether proto 0x8892 and ether[14:2] = 0xfefd)"
)
"""What the sensor's filter should do to frames without tags, in tcpdump's words."""


def needs(name: str) -> str:
    """The path of a program; the test is skipped, and says so, where it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} here: tests/strangers/install")
    return path


def test_tcpdumps_compiler_means_the_same_frames() -> None:
    asked = [needs("tcpdump"), "-y", "EN10MB", "-ddd", MEANT]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    lines = [tuple(map(int, line.split())) for line in done.stdout.splitlines()[1:]]
    theirs = [(code, yes, no, k) for code, yes, no, k in lines]
    ours = program(PORTS)
    looked = passed = 0
    for path in sorted(corpus().glob("*/*.pcap*")):
        with path.open("rb") as file:
            for frame in islice(Recording(file, path.name).frames(), 500):
                if frame.link == 1 and frame.data[12:14] not in (b"\x81\x00", b"\x88\xa8"):
                    looked += 1
                    passes = bool(run(ours, frame.data))
                    passed += passes
                    assert passes == bool(run(theirs, frame.data)), (path.name, frame.number)
    assert 0 < passed < looked


def test_stock_age_and_tshark_read_what_the_ring_keeps(tmp_path: Path) -> None:
    age, tshark = needs("age"), needs("tshark")
    identity = x25519.Identity.generate()
    (tmp_path / "identity").write_text(f"{identity}\n")
    line = Line()
    talk = Talk(line)
    talk.asks(m.connect(b"\x01\x02"))
    talk.asks(m.userdata(1, 5, 1, b"\xff\x09\0\x08Hunter2!"))
    talk.answers(m.told(1, 5, 1))
    m.load_block(talk, 7)
    ring = Ring(tmp_path / "ring", Sealer(str(identity.to_public())), 1 << 20, "eth1", SetClock())
    for exhibit in Overheard().hear(line.frames).exhibits:
        ring.add(exhibit)
    ring.close()
    (sealed,) = (tmp_path / "ring").iterdir()
    plain = tmp_path / "load.pcapng"
    opening = [age, "--decrypt", "--identity", str(tmp_path / "identity"), "-o", str(plain)]
    subprocess.run([*opening, str(sealed)], check=True)
    fields = [f"-e{name}" for name in ("frame.number", "s7comm.param.func", "frame.comment")]
    asked = [tshark, "-n", "-r", str(plain), "-T", "fields", *fields]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    rows = [row.split("\t") for row in done.stdout.splitlines()]
    assert len(rows) == len(line.frames)
    assert [row[0] for row in rows if "left out" in row[2]] == ["5", "6"]
    assert "0x1a" in {row[1] for row in rows}
