"""What the shell hook reads of windows, held against the parser and the patterns of ccontrol."""

import subprocess  # noqa: TID251 — the hook is a shell script, and runs as one
from datetime import UTC, datetime
from importlib.resources import files
from itertools import product

import pytest

from ccontrol.approval.windows import is_about
from ccontrol.canonical.approvals import parse_window
from ccontrol.canonical.names import encode
from ccontrol.model.approval import ChangeWindow

SCRIPT = files("ccontrol.store").joinpath("mirror_windows.sh")
START, END = datetime(2027, 3, 1, 8, tzinfo=UTC), datetime(2027, 3, 1, 9, tzinfo=UTC)


def sh(command: str, said: bytes, *arguments: str) -> list[list[str]]:
    """Run a function of the hook, and return the fields of its lines."""
    done = subprocess.run(
        ["sh", "-c", f'set -eu; . "$0"; {command}', str(SCRIPT), *arguments],
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        input=said,
        capture_output=True,
        check=True,
    )
    return [line.split("\t") for line in done.stdout.decode("latin-1").splitlines()]


def read(*contents: str) -> list[list[str]]:
    batch = b""
    for number, content in enumerate(contents):
        raw = content.encode()
        batch += f"{len(raw)} changes/CHG-{number}.toml\n".encode() + raw + b"\n"
    return sh("windows_in", batch)


def spelled(
    since: str = "2027-03-01T08:00:00Z",
    until: str = "2027-03-01T09:00:00Z",
    controllers: str = '["press-3"]',
    more: str = 'requester = "bob@plant"',
) -> str:
    return (
        f'form = 1\nid = "CHG-1"\ncontrollers = {controllers}\nfrom = {since}\nuntil = {until}\n'
        f'ticket = "T"\nreason = "x"\n{more}\n'
    )


DATES = ("2027-01-01", "2028-02-29", "2027-12-31", "2100-03-01", "1971-03-01", "9990-06-30")
TIMES = ("00:00:00", "23:59:59", "07:08:09")
ZONES = ("Z", "z", "+00:00", "+01:00", "-12:30", "+13:45", "Z # so", "+02:00\t# so")


def test_times_mean_the_same_to_the_second() -> None:
    times = [
        f"{date}{sep}{time}{zone}" for date, time, zone, sep in product(DATES, TIMES, ZONES, "Tt ")
    ]
    made = [spelled(since=each, until="9998-01-01T00:00:00Z") for each in times]
    for content, fields in zip(made, read(*made), strict=True):
        meant = parse_window(content.encode()).since
        assert (int(fields[2]), fields[5]) == (round(meant.timestamp()), ""), content


def test_parts_of_a_second_widen_a_window() -> None:
    (found,) = read(spelled("2027-03-01T08:00:00.25Z", "2027-03-01T09:00:00.75+00:00"))
    assert (int(found[2]), int(found[3])) == (START.timestamp(), END.timestamp() + 1)


@pytest.mark.parametrize(
    "controllers",
    ['["a", "b-*"]', "[ \"a\", 'b-*' ]", '[\n  "a",\n  "b-*",\n]', '[ # so\n  "a", "b-*" ] # so'],
)
def test_controllers_are_read_in_each_plain_spelling(controllers: str) -> None:
    content = spelled(controllers=controllers.replace('"a", "b-*" ]', '"a",\n  "b-*"\n]'))
    assert parse_window(content.encode()).controllers == ("a", "b-*")
    assert read(content)[0][5:] == ["", "a", "b-*"]


@pytest.mark.parametrize(
    "more",
    [
        '"requester" = "bob@plant"',
        "requester = '''\nbob@plant'''",
        'requester = """bob@plant"""',
        "'requester' = 'bob@plant'",
    ],
)
def test_what_is_not_plain_counts_as_anybodys_at_any_time(more: str) -> None:
    (found,) = read(spelled(more=more))
    assert (found[1], found[5], found[6]) == ("*", "odd", "*")
    assert int(found[2]) < 0 < 10**14 < int(found[3])


@pytest.mark.parametrize(
    ("more", "who"),
    [
        ('requester = "\\u0042ob@plant"', "bob@plant"),
        ("requester = ' BOB@plant '", "bob@plant"),
        ('requester = "m\\u00FCller@plant"', "m*ller@plant"),
        ('requester = "\u212aarl@plant"', "*arl@plant"),
        ('requester = "*@plant?"', "#@plant#"),
        ('[[file]]\nname = "x"\nrequester = "eve@plant"', ""),
        ("", ""),
    ],
)
def test_who_asked_is_read_however_the_name_is_spelled(more: str, who: str) -> None:
    assert read(spelled(more=more))[0][1] == who


def test_several_windows_are_told_apart_whatever_ends_their_files() -> None:
    made = (spelled(), spelled().rstrip("\n"), "", spelled(more="cancelled = true"))
    found = read(*made)
    assert [each[0] for each in found] == ["CHG-0", "CHG-1", "CHG-2", "CHG-3"]
    assert [each[1] for each in found] == ["bob@plant", "bob@plant", "", ""]
    assert [each[4] for each in found] == ["", "", "", "cancelled"]


PATTERNS = (
    "press-3", "PRESS-*", "press-?", "*", "?*3", "*-*-*", "press[3]", "press 3", "pr\u00fcsse",
    "pr\u00dc*", "\u212ailn", "con", "COM1.x", ".press", "press.", "-p", "", "a" * 130, "p*s*s*-*9",
)  # fmt: skip
NAMES = (
    "press-3",
    "Press-10",
    "kiln",
    "press 3",
    "pr\u00fcsse",
    "con",
    "com1.x",
    ".press",
    "mill-9",
)


@pytest.mark.parametrize("name", [*NAMES, "a" * 130, ""])
def test_a_pattern_means_at_least_the_controllers_that_it_means_to_ccontrol(name: str) -> None:
    windows = [ChangeWindow("CHG-1", (each,), START, END, "T", "x") for each in PATTERNS]
    own = sh("windows_in", b"".join(batched(each) for each in windows))
    for called in {name, encode(name)}:
        hits = near(own, called)
        for number, window in enumerate(windows):
            means = is_about(window, called) or called in map(encode, window.controllers)
            if means:
                assert str(number) in hits, (window.controllers, called)
            elif hits.get(str(number)) == "sure":
                pytest.fail(f"{window.controllers} means {called} to the hook alone")


def batched(window: ChangeWindow) -> bytes:
    number = PATTERNS.index(window.controllers[0])
    listed = "[\n  " + "\n".join(f'"{each}",' for each in window.controllers) + "\n]"
    raw = spelled(controllers=listed).encode()
    return f"{len(raw)} changes/{number}.toml\n".encode() + raw + b"\n"


def near(own: list[list[str]], name: str) -> dict[str, str]:
    """Return which windows the hook takes to be about a controller, and how sure it is."""
    lines = "".join("\t".join(each) + "\n" for each in own).encode("latin-1")
    until = str(int(START.timestamp()))
    call = 'work=$(mktemp -d); cat >"$work/own"; near "$1" "$2" 0; rm -r "$work"'
    found = sh(call, lines, name, until)
    return {line[0].split(" ")[1]: line[0].split(" ")[2] for line in found}
