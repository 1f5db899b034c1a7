"""Laws of the text forms: nothing is lost, nothing escapes its folder, rubbish is refused."""

import re
import tomllib
from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.canonical import journal
from ccontrol.canonical.layout import Home
from ccontrol.canonical.message import message
from ccontrol.canonical.names import LONGEST, encode, encode_all
from ccontrol.canonical.parse import parse
from ccontrol.canonical.quick import quick
from ccontrol.canonical.records import parse_record, record_path, render_record
from ccontrol.canonical.render import folders, render
from ccontrol.errors import BadFileError, UnreadableStateError
from ccontrol.model.journal import JournalEntry
from ccontrol.model.record import Record
from ccontrol.model.state import Known, State
from tests.properties.values import any_text, entries, records, states, texts
from tests.properties.values import kinds as unit_kinds

CRUMBS = ("", "\n", '"', "'''", "[", "]", "=", "\\", "a = 1\n", "[a]\n", "[[a]]\n", "\x0b", "0")
SAFE_NAME = re.compile(r"[A-Za-z0-9_=][A-Za-z0-9._=@-]*(?<!\.)")
DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


@given(states(), texts)
def test_the_text_form_of_a_state_loses_nothing(state: State, area: str) -> None:
    assert parse(render(state, area)) == state


@given(states(), texts)
def test_every_file_is_safe_and_inside_the_controllers_own_folders(state: State, area: str) -> None:
    own = folders(area, state.controller_id)
    paths = list(render(state, area))
    for path in paths:
        assert path.startswith(tuple(f"{folder}/" for folder in own))
        for part in path.split("/"):
            assert SAFE_NAME.fullmatch(part)
            assert not DEVICE.fullmatch(part)
            assert len(part) < 256
    assert len({path.lower() for path in paths}) == len(paths), "two differ by case alone"


@given(states(), st.data())
def test_the_order_of_units_leaves_no_trace(state: State, data: st.DataObject) -> None:
    turned = dict(data.draw(st.permutations(list(state.units.items()))))
    assert render(replace(state, units=turned), "a") == render(state, "a")


@given(states())
def test_what_is_approved_can_be_read_alone(state: State) -> None:
    files = render(state, "a")
    alone = parse({path: data for path, data in files.items() if path.startswith("plant/")})
    for unit_id, known in alone.units.items():
        before = state.units[unit_id].unit
        assert known.unit is not None
        assert before is not None
        assert known.unread is None
        assert known.unit.content == before.content


@given(states())
def test_files_are_plain_ascii_where_they_are_read_back(state: State) -> None:
    for path, data in render(state, "a").items():
        if not path.startswith("views/"):
            assert data.isascii()
            assert b"\r" not in data
            assert data.endswith(b"\n")


def facts_as_text(state: State) -> list[str]:
    files = render(state, "a")
    return [data.decode() for path, data in files.items() if not path.startswith("views/")]


@settings(max_examples=60)
@given(
    st.one_of(
        states().map(facts_as_text), records().map(lambda one: [render_record(one).decode()])
    ),
    st.data(),
)
def test_the_quick_reader_never_contradicts_tomllib(texts: list[str], data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(texts))
    at, gone = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 2))
    damaged = text[:at] + data.draw(st.sampled_from(CRUMBS)) + text[at + gone :]
    for each in (text, damaged):
        found = quick(each)
        assert found is None or repr(found) == repr(tomllib.loads(each))


@given(states(), st.sets(unit_kinds))
def test_the_files_of_some_kinds_are_the_same_as_in_the_whole(state: State, of: set[str]) -> None:
    whole, part = render(state, "a"), render(state, "a", of)
    assert part.items() <= whole.items()
    home = Home("a", state.controller_id)
    replaced = (*(f"{path}/" for path in home.written_whole(of)), *map(home.moving, of))
    assert not any(path.startswith(replaced) for path in whole.keys() - part.keys())
    seen = parse(part)
    for unit_id, known in seen.units.items():
        whole_known = state.units[unit_id]
        assert known == (whole_known if unit_id.kind in of else Known(None, whole_known.unread))
    assert replace(seen, units={}) == replace(state, units={})


@given(states(), st.data())
def test_damaged_files_are_refused_or_read_but_never_crash(
    state: State, data: st.DataObject
) -> None:
    files = dict(render(state, "a"))
    path = data.draw(st.sampled_from(sorted(files)))
    content = files[path]
    at = data.draw(st.integers(0, len(content)))
    files[path] = content[:at] + data.draw(st.binary(max_size=8)) + content[at + 1 :]
    with suppress(UnreadableStateError):
        parse(files)


@given(
    st.dictionaries(
        st.sampled_from(
            (
                "plant/a/b/form.b.toml",
                "plant/a/b/block/x.toml",
                "state/a/b/sight.b.toml",
                "state/a/b/units/block.b.toml",
                "state/a/b/values/block/x.toml",
                "views/a/b/x",
                "x",
                "",
            ),
        ),
        st.binary(max_size=60) | st.sampled_from((b"[" * 5000, b"x=" + b"9" * 5000, b"\xff")),
    ),
)
def test_rubbish_is_refused_by_name(files: dict[str, bytes]) -> None:
    with suppress(UnreadableStateError):
        parse(files)


@given(any_text)
def test_an_encoded_name_is_safe_and_short(name: str) -> None:
    encoded = encode(name)
    assert SAFE_NAME.fullmatch(encoded)
    assert not DEVICE.fullmatch(encoded)
    assert len(encoded) <= LONGEST


@given(st.sets(any_text, max_size=8))
def test_encoded_neighbours_stay_apart_even_without_case(names: set[str]) -> None:
    assert len({short.lower() for short in encode_all(names).values()}) == len(names)


@given(records())
def test_the_text_form_of_a_record_loses_nothing(record: Record) -> None:
    assert parse_record(render_record(record)) == record


@settings(max_examples=40)
@given(records(), st.data())
def test_a_damaged_record_is_refused_or_read_but_never_crashes(
    record: Record,
    data: st.DataObject,
) -> None:
    content = render_record(record)
    at = data.draw(st.integers(0, len(content)))
    with suppress(UnreadableStateError):
        parse_record(content[:at] + data.draw(st.binary(max_size=8)) + content[at + 1 :])


@settings(max_examples=50)
@given(records())
def test_a_message_can_be_shown_on_any_terminal(record: Record) -> None:
    told = message(record)
    lines = [told.subject, *told.body.split("\n"), *(value for _, value in told.trailers)]
    assert all(line.isprintable() for line in lines)
    assert len(told.subject) <= 120
    assert told.trailers[-1] == ("Record", record_path(record))


@given(entries)
def test_a_journal_line_loses_nothing(entry: JournalEntry) -> None:
    line = journal.line(entry)
    assert line.isascii()
    assert line.count(b"\n") == 1
    again = journal.parse_line(line)
    assert journal.line(again) == line
    texts = (entry.controller_id, entry.reason, entry.change_id)
    if not any("\ud800" <= char <= "\udfff" for text in texts for char in text):
        assert again == replace(entry, change_id=again.change_id, controller_id=again.controller_id)
        assert entry.change_id.startswith(again.change_id[:99])


@given(st.binary(max_size=200) | st.sampled_from((b"[" * 9000, b'{"at":' + b"9" * 9000)))
def test_rubbish_is_no_journal_line(text: bytes) -> None:
    with suppress(BadFileError):
        journal.parse_line(text)
