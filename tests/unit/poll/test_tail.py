"""A log that grows, rotates and is cut: each whole line comes once; what may be lost is told."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ccontrol.poll import tail
from ccontrol.poll.tail import Place, grown


class Log:
    """A log, and somebody who reads on from where he was."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "s7comm.log"
        self.path.write_bytes(b"")
        self.place = Place()
        self.lost = ""

    def write(self, text: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(text)

    def read(self) -> bytes:
        content = b""
        for piece in grown(self.path, self.place):
            content += piece.content
            self.place = piece.after
            self.lost += piece.lost
        return content


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_what_was_read_does_not_come_again(log: Log) -> None:
    log.write(b"1\n2\n")
    assert log.read() == b"1\n2\n"
    log.write(b"3\n")
    assert log.read() == b"3\n"
    assert log.read() == b""
    assert log.place.lines == 3


def test_a_line_without_an_end_waits_for_it(log: Log) -> None:
    log.write(b"1\n2")
    assert log.read() == b"1\n"
    log.write(b"2\n")
    assert log.read() == b"22\n"


def test_the_rest_of_a_renamed_file_comes_before_the_new_one(log: Log) -> None:
    log.write(b"1\n")
    log.read()
    log.write(b"2\n")
    log.path.rename(log.path.with_name("s7comm.log.1"))
    log.write(b"3\n")
    assert log.read() == b"2\n3\n"
    assert (log.place.lines, log.lost) == (1, "")


def test_a_file_that_was_cut_is_read_from_its_beginning_and_that_is_told(log: Log) -> None:
    log.write(b"1\n2\n3\n")
    log.read()
    os.truncate(log.path, 0)
    log.write(b"4\n")
    assert log.read() == b"4\n"
    assert "the file was cut" in log.lost


def test_a_file_that_is_gone_is_told_as_lost(log: Log) -> None:
    log.write(b"1\n")
    log.read()
    held = log.path.open("rb")  # so that the next file cannot have its number
    log.path.unlink()
    log.write(b"2\n")
    assert log.read() == b"2\n"
    assert "is gone" in log.lost
    held.close()


def test_the_lines_that_say_how_to_read_it_come_with_each_later_piece(log: Log) -> None:
    log.write(b"#separator \\x09\n#fields\tts\n1\n")
    (first,) = grown(log.path, log.place)
    assert first.head == ""
    log.write(b"2\n")
    (second,) = grown(log.path, first.after)
    assert second.head == "#separator \\x09\n#fields\tts\n"
    assert (second.content, second.number) == (b"2\n", 4)


def test_a_large_log_comes_in_pieces_and_a_line_without_end_takes_no_memory(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "READ_AT_ONCE", 64)
    monkeypatch.setattr(tail, "LONGEST_LINE", 32)
    lines = b"".join(b"%d\n" % number for number in range(200)) + b"x" * 500 + b"\n1\n"
    log.write(lines)
    pieces = [piece.content for piece in grown(log.path, log.place)]
    assert b"".join(pieces) == lines
    assert max(map(len, pieces)) <= 64


@pytest.mark.parametrize("put", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_put_there_instead_of_a_log_is_not_read(
    log: Log, put: Callable[[Path], None]
) -> None:
    log.write(b"1\n")
    log.read()
    log.path.unlink()
    put(log.path)
    with pytest.raises(OSError, match="is no file"):
        log.read()
