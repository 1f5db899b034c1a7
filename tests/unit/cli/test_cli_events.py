"""`ccontrol events`: what it prints, and how it says what it could not read."""

import gzip
import io
from pathlib import Path

import pytest

from tests.unit.cli.plants import Run
from tests.unit.cli.test_cli_json_documented import keys
from tests.unit.docs.program import part_of
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.packets import Line, Talk, pcap


def recording(path: Path, *, port: int = 102, size: int = 0) -> str:
    line = Line()
    talk = Talk(line, port)
    talk.asks(m.connect(b"\x01\x02"))
    m.load_block(talk, 5)
    talk.asks(m.job(9, m.service(b"_GARB")))
    talk.answers(m.ack(9, b"\x28", error=0x8104))
    data = pcap(line.frames)
    path.write_bytes(data[: len(data) - size])
    return str(path)


def test_a_recording_is_told_in_lines(run: Run, tmp_path: Path) -> None:
    done = run("events", recording(tmp_path / "a.pcap"))
    assert done.code == 0
    load, use, compressed = done.out.splitlines()[1:4]
    assert "program loaded" in load
    assert "OB1 300 bytes" in load
    assert "192.0.2.20 0/2" in load
    assert "192.0.2.10 engineering" in load
    assert "block put into use" in use
    assert "refused (8104)" in compressed
    assert "a.pcap: 16 packets, 16 of them to or from controllers, 3 events" in done.out


def test_context_and_reads_can_be_left_out(run: Run, tmp_path: Path) -> None:
    done = run("events", "--changing", recording(tmp_path / "a.pcap"))
    assert "program loaded" in done.out
    assert "memory compressed" not in done.out


def test_several_files_are_told_in_the_order_of_time(run: Run, tmp_path: Path) -> None:
    files = [recording(tmp_path / name) for name in ("a.pcap", "b.pcap")]
    lines = run("events", *files).out.splitlines()
    assert [("a.pcap" in line, "b.pcap" in line) for line in lines[1:3]] == [
        (True, False),
        (False, True),
    ]


def test_json_holds_every_event_whole(run: Run, tmp_path: Path) -> None:
    done = run("events", recording(tmp_path / "a.pcap"), "--json")
    said = done.json
    assert said["form"] == "ccontrol/events/1"
    assert [event["action"] for event in said["events"]] == [
        "program.download",
        "program.activate",
        "memory.compress",
    ]
    assert said["events"][0]["objects"][0]["sha256"]
    documented = part_of("events")
    undocumented = {key for key in keys(said) if f"`{key}`" not in documented}
    assert undocumented <= {"form"}


def test_a_file_cut_short_is_told_up_to_there_and_ends_with_50(run: Run, tmp_path: Path) -> None:
    done = run("events", recording(tmp_path / "a.pcap", size=30))
    assert done.code == 50
    assert "program loaded" in done.out
    assert "it ends in the midst of packet 16; everything before that was read" in done.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (gzip.compress(b"x", mtime=0), "zcat"),
        (b"just text\n", "no kind of file that is known here"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_next_step(
    run: Run, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)
    done = run("events", str(path))
    assert (done.code, done.out) == (50, "")
    assert words in done.err


def test_a_missing_file_and_a_folder_are_refused(run: Run, tmp_path: Path) -> None:
    assert run("events", str(tmp_path / "none")).code == 50
    assert "is a folder" in run("events", str(tmp_path)).err


def test_a_port_of_ones_own_is_heard(run: Run, tmp_path: Path) -> None:
    name = recording(tmp_path / "a.pcap", port=10_102)
    assert "No engineering was seen" in run("events", name).out
    assert "program loaded" in run("events", "--port", "10102=s7", name).out


@pytest.mark.parametrize(
    "wrong",
    [["--port", "10102"], ["--port", "x=s7"], ["--port", "1=tls"], ["--controller", "press-3"]],
)
def test_a_wrong_option_is_a_matter_of_usage(run: Run, tmp_path: Path, wrong: list[str]) -> None:
    assert run("events", *wrong, recording(tmp_path / "a.pcap")).code == 2


def test_a_pipe_is_read(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path(recording(tmp_path / "a.pcap")).read_bytes()

    class Pipe:
        buffer = io.BytesIO(data)

    monkeypatch.setattr("sys.stdin", Pipe())
    assert "standard input: 16 packets" in run("events", "-").out


def test_a_name_from_the_wire_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    line = Line()
    Talk(line, 44_818).asks(m.unconnected(m.cip(0x4D, b"\x91\x08ab\x1b[31mc")))
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(line.frames))
    done = run("events", str(path))
    assert "\x1b" not in done.out
