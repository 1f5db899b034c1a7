"""When it is time to look after somebody was seen at work: soon, not too soon, and not never."""

from ccontrol.model.controller import Schedule
from ccontrol.model.engineering import Effect
from ccontrol.poll.activity import ACTORS_KEPT, QUIETS, Activity, quiet_s

STATION = ("192.0.2.9", 50_000)
OURS = ("192.0.2.1", 40_000)


def test_it_is_looked_at_once_it_is_quiet() -> None:
    work = Activity(100.0, 100.0, 15.0)
    work.add(100.0, 15.0, Effect.CREDENTIAL, STATION)
    work.add(110.0, 15.0, Effect.CREDENTIAL, STATION)
    assert work.due == 125.0


def test_work_without_end_puts_a_look_off_for_a_while_only() -> None:
    work = Activity(100.0, 100.0, 15.0)
    for second in range(100, 1_000):
        work.add(float(second), 15.0, Effect.CREDENTIAL, STATION)
    assert work.due == 100.0 + QUIETS * 15.0


def test_after_a_firmware_it_is_waited_longer() -> None:
    schedule = Schedule()
    assert quiet_s(schedule, Effect.MODIFY) == 15.0
    assert quiet_s(schedule, Effect.FIRMWARE) == 180.0
    work = Activity(0.0, 0.0, 180.0)
    work.add(10.0, 15.0, Effect.CREDENTIAL, STATION)
    assert work.due == 190.0


def test_our_own_packets_are_nobodys_work() -> None:
    work = Activity(0.0, 0.0, 15.0)
    work.add(0.0, 15.0, Effect.CREDENTIAL, OURS)
    assert work.is_ours(frozenset({OURS}))
    work.add(1.0, 15.0, Effect.CREDENTIAL, STATION)
    assert not work.is_ours(frozenset({OURS}))


def test_a_station_on_our_own_host_is_not_us() -> None:
    work = Activity(0.0, 0.0, 15.0)
    work.add(0.0, 15.0, Effect.CREDENTIAL, (OURS[0], 50_001))
    assert not work.is_ours(frozenset({OURS}))


def test_a_download_from_our_own_port_is_not_ours() -> None:
    work = Activity(0.0, 0.0, 15.0)
    work.add(0.0, 15.0, Effect.MODIFY, OURS)
    assert not work.is_ours(frozenset({OURS}))


def test_a_flood_of_stations_takes_no_memory_and_is_not_ours() -> None:
    work = Activity(0.0, 0.0, 15.0)
    ports = [("192.0.2.1", port) for port in range(10_000)]
    for each in ports:
        work.add(0.0, 15.0, Effect.CREDENTIAL, each)
    assert len(work.actors) == ACTORS_KEPT
    assert not work.is_ours(frozenset(ports))
