"""A short day in a plant: what happens to the controllers, and what has to be seen of it."""

from datetime import UTC, datetime
from functools import partial

from ccontrol.cli.demo.stage import FILLER, SITE, STATION, WITNESS_SOCKET, Stage
from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Confidence, Origin
from ccontrol.sim.logix import scene as logix_scene
from ccontrol.sim.logix.controller import Key
from ccontrol.sim.s7 import plant, scene, station
from ccontrol.sim.s7.block import Kind
from ccontrol.sim.s7.mc7 import Variable
from ccontrol.store.index_rows import IndexedChange

AREAS = {"press-3": "hall-2", "mixer-1": "hall-1", "pump-7": "water", FILLER: "hall-1"}
_CONTROLLER = """
[[site.controller]]
id = "{id}"
area = "{area}"
family = "{family}"
address = "{address}"
port = {port}
bridge = "{id}"

# A day in the life of a plant takes a minute here, so everything is faster than in a real one.
[site.controller.schedule]
glance_s = 2.0
settle_s = 1.0
deep_pause_s = 3.0
stale_after_s = 6.0
quiet_s = 3.0
evidence_pause_s = 3.0

[site.controller.budget]
requests_per_s = 100.0
answer_timeout_s = 2.0
"""
_ENGINE = f"""
[engine]
witness_socket = "{WITNESS_SOCKET}"
"""
_CHANGED = datetime(2026, 11, 23, 10, 14, 7, tzinfo=UTC)


def prepare(stage: Stage) -> None:
    """Make a plant with four controllers."""
    stage.narrator.chapter(
        "Four simulated controllers run on this host; ccontrol gets to know them"
    )
    stage.command("init", ".", "--site", SITE)
    controllers = "".join(
        _CONTROLLER.format(
            id=name, area=AREAS[name], family=_family(name), address=live.host, port=live.port
        )
        for name, live in stage.controllers.everyone.items()
    )
    with stage.config.open("a", encoding="utf-8") as config:
        config.write(controllers + _ENGINE)
    stage.narrator.tell("(three S7 CPUs and a ControlLogix are written into ccontrol.toml)")
    stage.command("config", "check")
    stage.command("enroll", *stage.controllers.everyone, "--yes", most_lines=23)


def first_look(stage: Stage) -> None:
    """Every controller is read whole once."""
    stage.narrator.chapter("The daemon reads each controller whole, once")
    for name in stage.controllers.everyone:
        stage.wait_for(f"{name} is in the history", partial(_is_of, controller_id=name))


def network_download(stage: Stage) -> None:
    """Somebody bridges the press's two-hand control and its pressure limit, over the network."""
    stage.narrator.chapter("press-3: somebody loads a changed OB1 and FB12 over the network")
    stage.narrator.tell(
        "(FB12 wanted both hands, I0.0 and I0.1, before the press closes: now one is"
    )
    stage.narrator.tell(" enough; and OB1 does not call the pressure limit, FC2, any more;")
    stage.narrator.tell(f" a station at {STATION} really loads them: stop, blocks, start)")
    known = stage.known()
    ob1 = plant.ob1(1, 3, changed=_CHANGED)  # FC2, the pressure limit, is not called any more
    twohand = plant.function(
        12,
        "A I0.0; AN M10.0; = M10.1",  # "A I0.1" is gone
        "A M10.1; L S5T 80; SE T12; A T12; = Q4.0",
        kind=Kind.FB,
        name="TWOHAND",
        variables=(Variable("IN", "BOOL"), Variable("OUT", "BOOL"), Variable("STATIC", "INT", 5)),
        changed=_CHANGED,
    )
    press = stage.controllers.s7["press-3"]
    station.download(press.host, press.port, STATION, (ob1, twohand))
    change = stage.wait_for(
        "read and committed; and it came over the network, what was loaded is what runs now",
        lambda change: (
            _is_of(change, "press-3")
            and {"OB1", "FB12"} <= _words(change)
            and (change.origin, change.confidence) == (Origin.NETWORK, Confidence.CONFIRMED)
        ),
        known,
    )
    if STATION not in stage.command("show", change.change_id, most_lines=80):
        raise stage.broken(f"the change does not name the station {STATION}")
    stage.narrator.kept(f"it names the station that did it: {STATION}")


def card_swap(stage: Stage) -> None:
    """Somebody swaps the memory card of the mixer at the cabinet."""
    stage.narrator.chapter("mixer-1: at the cabinet, the memory card is swapped for another one")
    known = stage.known()
    cpu = stage.controllers.s7["mixer-1"].cpu
    blocks = [block for block in cpu.true_blocks() if block.key != (Kind.FC, 5)]
    faster = plant.motor(5, "I1.0", "M12.0", "Q5.0", limit=1_800, changed=_CHANGED)
    stage.controllers.s7["mixer-1"].play(scene.card_swap, "MMC 99AA1D07", *blocks, faster)
    stage.wait_for(
        "the new card is seen, and that it came by hand",
        lambda change: _came_by_hand(change) and Aspect.HARDWARE in change.aspects,
        known,
    )
    stage.wait_for(
        "and the motor limit that it brought",
        lambda change: _came_by_hand(change) and Aspect.PROGRAM in change.aspects,
        known,
    )
    stage.command("changes", "--since", "1d")


def lost(stage: Stage) -> frozenset[str]:
    """The pump cannot be reached; return the changes that were known before."""
    stage.narrator.chapter("pump-7: its cable is pulled")
    known = stage.known()
    stage.controllers.s7["pump-7"].vanish()
    return known


def online_edit(stage: Stage) -> None:
    """Somebody edits a rung of the filler online."""
    stage.narrator.chapter(f"{FILLER}, a ControlLogix: meanwhile, somebody edits a rung online")
    stage.narrator.tell("(its text cannot be read over the network: what moves is the AuditValue)")
    known = stage.known()
    stage.controllers.filler.play(logix_scene.online_edit, "MainProgram", "TwoHand")
    change = stage.wait_for(
        "the edit is seen",
        lambda change: _is_of(change, FILLER) and Aspect.PROGRAM in change.aspects,
        known,
    )
    stage.command("show", change.change_id, most_lines=12)


def key_turned(stage: Stage) -> None:
    """Somebody turns the filler's key."""
    stage.narrator.chapter(f"{FILLER}: at the cabinet, its key is turned from REMOTE to RUN")
    known = stage.known()
    stage.controllers.filler.play(logix_scene.turn_key, Key.RUN)
    stage.wait_for(
        "the key is seen",
        lambda change: _is_of(change, FILLER) and Aspect.PROTECTION in change.aspects,
        known,
    )


def back(stage: Stage, known: frozenset[str]) -> None:
    """The pump is there again. `known` are the changes from before it was lost."""
    stage.narrator.chapter("pump-7: nobody has heard of it since; its cable is plugged in again")
    stage.wait_for(
        "silence is not taken for peace",
        lambda change: _is_of(change, "pump-7") and Aspect.SIGHT in change.aspects,
        known,
    )
    since = stage.known()
    stage.controllers.s7["pump-7"].come_back()
    stage.command("poll", "pump-7", codes=(0, 1))
    stage.wait_for(
        "it is back, and as it was",
        lambda change: _is_of(change, "pump-7") and change.aspects == (Aspect.SIGHT,),
        since,
    )


def only_reads(stage: Stage) -> None:
    """Let the controllers tell what they were asked."""
    stage.narrator.chapter("What the four controllers were asked")
    for name, live in stage.controllers.everyone.items():
        asked, wrong = sum(live.server.log.counts.values()), live.server.violations
        if wrong:
            raise stage.broken(f"{name} was asked {len(wrong)} times for something but a read")
        stage.narrator.kept(f"{name}: {asked} requests, every one of them a read")
    changes = len(stage.controllers.s7["press-3"].server.engineering)
    stage.narrator.tell(
        f"(and {changes} that are none, of the station at {STATION}: counted apart)"
    )


def story(stage: Stage) -> None:
    """Tell what happened to the press, in one order."""
    stage.narrator.chapter("press-3: the whole story, from every witness, in one order")
    stage.command("timeline", "press-3", most_lines=100)


def _family(controller_id: str) -> str:
    return "logix" if controller_id == FILLER else "s7"


def _is_of(change: IndexedChange, controller_id: str) -> bool:
    return change.controller_id == controller_id


def _came_by_hand(change: IndexedChange) -> bool:
    return _is_of(change, "mixer-1") and change.origin is Origin.LOCAL


def _words(change: IndexedChange) -> set[str]:
    return {word.strip(",;:") for word in change.subject.split()}
