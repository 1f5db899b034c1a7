"""Wireshark's dissectors, which share no line with ours, see each act in the same packet.

tshark is told which protocols there are: left alone it gives a packet to whatever program has
registered the lower port, and misses a whole load by a station that spoke from port 1102.
"""

import shutil
import subprocess  # noqa: TID251 — strangers are programs
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import corpus, frames_of, listen
from tests.unit.sources.wire.packets import Line, Talk, pcap

pytestmark = pytest.mark.strangers

PROTOCOLS = frozenset(
    {
        "frame", "eth", "ethertype", "vlan", "ip", "ipv6", "tcp", "udp", "sll", "tpkt", "cotp",
        "s7comm", "enip", "cip", "cipcm", "cipcls", "cippccc", "mbtcp", "modbus", "omron", "ams",
        "pn_rt", "pn_dcp",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Counter:
    """One kind of act: the filter by which Wireshark finds it, and our words for it."""

    filter: str
    protocol: str
    actions: frozenset[str]


def kinds(*actions: str) -> frozenset[str]:
    return frozenset(actions)


JOB = "s7comm.header.rosctr == 1 && s7comm.param.func"
ASKED = "cip.rr == 0 && cip.sc"
COUNTERS = {
    "s7 load": Counter(f"{JOB} in {{0x1a, 0x1c}}", "s7comm", kinds("program.download")),
    "s7 upload": Counter(f"{JOB} in {{0x1d, 0x1f}}", "s7comm", kinds("program.upload")),
    "s7 stop": Counter(f"{JOB} == 0x29", "s7comm", kinds("mode.stop")),
    "s7 write": Counter(f"{JOB} == 0x05", "s7comm", kinds("variable.write")),
    "s7 service": Counter(
        f"{JOB} == 0x28",
        "s7comm",
        kinds(
            "program.activate", "program.delete", "mode.run", "mode.cold", "memory.persist",
            "memory.compress", "memory.write", "object.command",
        ),
    ),
    "s7 clock": Counter(
        "s7comm.param.userdata.type == 4 && s7comm.param.userdata.funcgroup == 7 && "
        "s7comm.param.userdata.subfunc in {2, 4}",
        "s7comm",
        kinds("clock.set"),
    ),
    "s7 password": Counter(
        "s7comm.param.userdata.type == 4 && s7comm.param.userdata.funcgroup == 5",
        "s7comm",
        kinds("credential.use", "credential.end"),
    ),
    "cip open": Counter(
        f"{ASKED} in {{0x54, 0x5b}} && cip.class == 6", "cip", kinds("session.open")
    ),
    "cip mode": Counter(
        f"{ASKED} in {{6, 7}} && cip.class == 0x8e", "cip", kinds("mode.run", "mode.program")
    ),
    "cip lock": Counter(
        f"{ASKED} in {{0x4b, 0x4c}} && cip.class == 0x74",
        "cip",
        kinds("lock.acquire", "lock.release"),
    ),
    "cip image": Counter(f"{ASKED} == 0x50 && cip.class == 0x6a", "cip", kinds("program.download")),
    "cip change words": Counter(
        f"{ASKED} in {{4, 8}} && cip.class == 0xac",
        "cip",
        kinds("program.sign", "session.online", "program.commit"),
    ),
    "cip task": Counter(f"{ASKED} in {{4, 8}} && cip.class == 0x70", "cip", kinds("task.modify")),
    "modbus": Counter(
        "tcp.dstport == 502 && modbus.func_code in {5, 6, 15, 16, 21, 22, 23}",
        "modbus",
        kinds("variable.write", "file.write"),
    ),
    "fins mode": Counter(
        "omron.icf.dtb == 0 && omron.command in {0x0401, 0x0402}",
        "fins",
        kinds("mode.run", "mode.stop"),
    ),
    "fins program": Counter(
        "omron.icf.dtb == 0 && omron.command in {0x0306, 0x0307, 0x0308, 0x220c}",
        "fins",
        kinds("program.upload", "program.download", "program.delete"),
    ),
    "fins force": Counter(
        "omron.icf.dtb == 0 && omron.command in {0x2301, 0x2302}",
        "fins",
        kinds("force.set", "force.clear"),
    ),
    "dcp": Counter(
        "pn_dcp.service_id == 4 && pn_dcp.service_type == 0",
        "dcp",
        kinds("config.name", "config.network", "controller.factory-reset", "debug.flash"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Tshark:
    """Wireshark on the command line, with a folder of settings that knows these protocols only."""

    program: str
    settings: Path

    def sees(self, path: Path, wanted: str) -> set[int]:
        """The numbers of the packets in which it finds something."""
        command = ["-n", "-r", str(path), "-Y", wanted, "-T", "fields", "-e", "frame.number"]
        return {int(line) for line in self.run(*command).split()}

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.program, *arguments],
            env={"WIRESHARK_CONFIG_DIR": str(self.settings), "HOME": str(self.settings)},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def tshark(tmp_path_factory: pytest.TempPathFactory) -> Tshark:
    found = shutil.which("tshark")
    if found is None:
        pytest.fail("tshark is not installed: run tests/strangers/install")
    made = Tshark(found, tmp_path_factory.mktemp("wireshark"))
    names = (line.split("\t")[2] for line in made.run("-G", "protocols").splitlines())
    unwanted = "".join(f"{name}\n" for name in names if name not in PROTOCOLS)
    (made.settings / "disabled_protos").write_text(unwanted)
    return made


def recordings_of(protocol: str) -> list[Path]:
    """The real recordings that hold a protocol, by the list that lies beside them."""
    lines = (corpus() / "MANIFEST.tsv").read_text().splitlines()[1:]
    theirs = {"fins": "omron"}.get(protocol, protocol)
    words = (f"{theirs}=", f"{protocol}:")
    return [
        corpus() / line.partition("\t")[0] for line in lines if any(word in line for word in words)
    ]


def heard_by_us(path: Path, counter: Counter) -> set[int]:
    return {
        act.frame
        for _, act in listen(frames_of(path))
        if act.protocol == counter.protocol and act.action in counter.actions
    }


@pytest.mark.parametrize("name", COUNTERS)
def test_wireshark_and_we_see_the_same_acts_in_real_recordings(tshark: Tshark, name: str) -> None:
    counter = COUNTERS[name]
    different = {}
    total = 0
    for path in recordings_of(counter.protocol):
        theirs, ours = tshark.sees(path, counter.filter), heard_by_us(path, counter)
        total += len(theirs)
        if theirs != ours:
            different[path.name] = sorted(theirs - ours), sorted(ours - theirs)
    assert different == {}
    assert total or name == "dcp"  # no recording here sets a name


def test_wireshark_understands_the_messages_made_by_hand(tshark: Tshark, tmp_path: Path) -> None:
    line = Line()
    siemens = Talk(line)
    siemens.asks(m.connect(b"\x01\x02"))
    m.load_block(siemens, 5)
    siemens.asks(m.userdata(3, 7, 2, b"\xff\x09\0\x0a\0\x19\x26\x01\x01\0\0\0\0\0"))
    rockwell = Talk(line, 44_818, 50_002)
    rockwell.asks(m.unconnected(m.forward_open(0xBBBB)))
    rockwell.asks(m.unconnected(m.cip(0x07, m.epath((0x8E, 1)))))
    Talk(line, 502, 50_003).asks(m.modbus(1, b"\x06\0\1\0\2"))
    Talk(line, 9_600, 50_004).asks(m.fins_tcp(m.fins(0x0401, 1, b"\0\0\4")))
    m.dcp(line, m.dcp_block(2, 2, b"\0\1press-3"))
    path = tmp_path / "made.pcap"
    path.write_bytes(pcap(line.frames))
    for name in ("s7 load", "s7 service", "s7 clock", "cip open", "cip mode", "modbus", "fins mode",
                 "dcp"):  # fmt: skip
        theirs = tshark.sees(path, COUNTERS[name].filter)
        assert theirs, name
        assert theirs == heard_by_us(path, COUNTERS[name]), name
