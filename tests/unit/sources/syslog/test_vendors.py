"""What the vendors' messages mean, and what must not be read into them."""

import pytest

from ccontrol.model.engineering import Claim, Effect, Outcome, Reach
from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.syslog import schneider, siemens
from ccontrol.sources.syslog.meant import Meant, Row
from ccontrol.sources.syslog.message import parse
from ccontrol.sources.syslog.vendors import may_mean, read

S7 = "<109>1 2024-05-01T12:00:00Z 10.0.0.5 {app} - - [s{said}] {name}"


def s7(name: str, app: str = "-", **said: str) -> Meant | None:
    told = "".join(f' {key}="{value}"' for key, value in said.items())
    line = S7.format(app=app, said=told, name=name).encode()
    assert may_mean(line)
    return read(parse(line))


@pytest.mark.parametrize("name", siemens.TABLE)
def test_every_row_of_the_table_is_found_by_its_name_and_means_an_action(name: str) -> None:
    meant = s7(name)
    assert meant is not None
    assert meant.name == name
    assert meant.row.action in ACTIONS


@pytest.mark.parametrize("row", [*siemens.TABLE.values(), *schneider.TABLE.values()])
def test_no_row_tells_of_a_local_load(row: Row) -> None:
    """No name of a message says that a program came from the place itself: none may claim it."""
    harmless = {Effect.CREDENTIAL, Effect.CONTEXT}
    assert row.reach is not Reach.LOCAL or ACTIONS[row.action].effect in harmless


@pytest.mark.parametrize(
    ("name", "app", "reach"),
    [
        ("SE_LOCAL_SUCCESSFUL_LOGON", "Webserver", Reach.LOCAL),
        ("SE_NETWORK_SUCCESSFUL_LOGON", "Display", Reach.NETWORK),
        ("SE_USER_PROGRAM_CHANGED", "PG/HMIComm", Reach.NETWORK),
        ("SE_OPMOD_CHANGE_INITIATED", "Display", Reach.LOCAL),
        ("SE_USER_PROGRAM_CHANGED", "PLC-Program", Reach.UNSAID),
        ("SE_DEVICE_CONNECTED", "-", Reach.LOCAL),
    ],
)
def test_from_where_it_came_says_the_name_before_the_component(
    name: str, app: str, reach: Reach
) -> None:
    meant = s7(name, app)
    assert meant is not None
    assert meant.reach is reach


def test_who_logged_in_is_told_and_what_was_typed_into_a_failed_login_is_not() -> None:
    came = s7("SE_NETWORK_SUCCESSFUL_LOGON", userName="eva")
    failed = s7("SE_NETWORK_UNSUCCESSFUL_LOGON", userName="hunter2")
    assert came is not None
    assert failed is not None
    assert came.claims == (Claim("user", "eva"),)
    assert failed.claims == ()
    assert failed.redacted
    assert failed.outcome == Outcome(refused=1)


def test_only_facts_with_a_known_name_are_told() -> None:
    meant = s7("SE_OPMOD_CHANGED", newState="STOP", password="hunter2")
    assert meant is not None
    assert meant.facts == (("newState", "STOP"),)
    assert meant.row.action == "mode.reported"


def test_a_name_in_what_somebody_typed_means_nothing() -> None:
    assert s7("SE_NOBODY_KNOWS_IT", userName="SE_USER_PROGRAM_CHANGED") is None
    assert s7("a user said SE_USER_PROGRAM_CHANGED") is None
    assert s7("SE_USER_PROGRAM_CHANGEDx") is None


def test_the_cpu_410_tells_the_same_in_arcsights_format() -> None:
    line = (
        b"<109>Oct  9 22:14:15 10.0.0.6 CEF:0|Siemens AG|CPU 410-5H|V8.2.0|97|"
        b"SE_USER_PROGRAM_CHANGED|5|protlevel=1 start=Oct 09 2024 22:14:15.000 opmod=RUN "
        b"src=10.0.0.9 status=12"
    )
    meant = read(parse(line))
    assert meant is not None
    assert (meant.row.action, meant.station, meant.lost) == ("program.modify", "10.0.0.9", 12)
    assert meant.facts == (("opmod", "RUN"), ("protlevel", "1"))


def test_messages_that_a_controller_had_to_overwrite_are_lost() -> None:
    meant = s7("SE_AUDIT_EVENTS_OVERWRITTEN")
    assert meant is not None
    assert meant.lost == 1


def m580(service: str, text: str) -> Meant | None:
    return read(parse(f"<86>1 2024-05-01T12:00:00.000Z 10.0.0.7 CPU - {service} - {text}".encode()))


def test_a_login_at_an_m580_names_its_peer() -> None:
    meant = m580("FTP", '{"peerAddr":"10.0.0.9","appMsg":"Successful login"}')
    assert meant is not None
    assert (meant.row.action, meant.station, meant.reach) == (
        "credential.use", "10.0.0.9", Reach.NETWORK,
    )  # fmt: skip


def test_a_login_by_the_application_password_may_have_come_by_usb() -> None:
    meant = m580("DEVICE_MANAGER", "peerAddr=(null) appMsg=Successful login")
    assert meant is not None
    assert (meant.station, meant.reach) == ("", Reach.UNSAID)


def test_the_same_words_of_another_service_mean_nothing() -> None:
    assert m580("SSH", "Successful login") is None
    assert m580("FTP", "Application or Configuration upload") is None
