"""What each act means: its effect on a controller, and the ATT&CK for ICS techniques it can be.

A table, no logic. The decoders name acts by these words and by nothing else. Technique ids are
those of ATT&CK for ICS 18.1 (2025-11): T0809 data destruction, T0816 restart or shutdown, T0821
controller tasking, T0835 I/O image, T0836 parameter, T0839 module firmware, T0843 download, T0845
upload, T0855 unauthorised command, T0857 system firmware, T0858 operating mode, T0859 valid
accounts, T0872 removal of traces, T0889 program, T0892 credential.
"""

from typing import NamedTuple

from ccontrol.model.engineering import Effect


class Meaning(NamedTuple):
    """What an act can do, in a word for programs and one for people."""

    effect: Effect
    words: str
    techniques: tuple[str, ...] = ()


ACTIONS = {
    "program.download": Meaning(Effect.MODIFY, "program loaded", ("T0843",)),
    "program.modify": Meaning(Effect.MODIFY, "program part changed", ("T0843", "T0889")),
    "program.activate": Meaning(Effect.MODIFY, "block put into use", ("T0889",)),
    "program.delete": Meaning(Effect.MODIFY, "program part deleted", ("T0809", "T0889")),
    "program.commit": Meaning(Effect.MODIFY, "load completed", ("T0843",)),
    "program.sign": Meaning(Effect.MODIFY, "change words written", ("T0843",)),
    "program.upload": Meaning(Effect.READ, "program read", ("T0845",)),
    "task.modify": Meaning(Effect.MODIFY, "task changed", ("T0821", "T0843")),
    "file.write": Meaning(Effect.MODIFY, "file written", ("T0843",)),
    "file.delete": Meaning(Effect.MODIFY, "file deleted", ("T0809",)),
    "file.format": Meaning(Effect.MODIFY, "card formatted", ("T0809",)),
    "memory.reset": Meaning(Effect.MODIFY, "memory cleared", ("T0809",)),
    "memory.persist": Meaning(Effect.PERSIST, "memory copied to the card", ("T0889",)),
    "memory.compress": Meaning(Effect.CONTEXT, "memory compressed"),
    "memory.write": Meaning(Effect.MODIFY, "memory written", ("T0836", "T0843")),
    "mode.run": Meaning(Effect.MODE, "set to run", ("T0858",)),
    "mode.cold": Meaning(Effect.MODE, "set to run, cold", ("T0858",)),
    "mode.stop": Meaning(Effect.MODE, "stopped", ("T0816", "T0858")),
    "mode.program": Meaning(Effect.MODE, "set to program", ("T0858",)),
    "mode.config": Meaning(Effect.MODE, "set to configuration", ("T0858",)),
    "mode.set": Meaning(Effect.MODE, "mode set", ("T0858",)),
    "mode.reported": Meaning(Effect.CONTEXT, "controller told of a change of mode"),
    "log.reported": Meaning(Effect.CONTEXT, "controller told of an entry in its log"),
    "controller.reset": Meaning(Effect.MODE, "restarted", ("T0816",)),
    "controller.factory-reset": Meaning(
        Effect.CONFIG, "reset to factory state", ("T0809", "T0816")
    ),
    "firmware.write": Meaning(Effect.FIRMWARE, "firmware loaded", ("T0839", "T0857")),
    "force.set": Meaning(Effect.PARAM, "forced", ("T0835", "T0836")),
    "force.clear": Meaning(Effect.PARAM, "forces removed", ("T0835", "T0836")),
    "variable.write": Meaning(Effect.PARAM, "values written", ("T0836", "T0855")),
    "attribute.set": Meaning(Effect.CONFIG, "attribute set", ("T0836",)),
    "object.command": Meaning(Effect.CONTEXT, "own object made, set or removed"),
    "clock.set": Meaning(Effect.PARAM, "clock set", ("T0836", "T0872")),
    "config.write": Meaning(Effect.CONFIG, "settings written", ("T0836",)),
    "config.clear": Meaning(Effect.CONFIG, "settings cleared", ("T0809", "T0836")),
    "config.network": Meaning(Effect.CONFIG, "network address or port set", ("T0836",)),
    "config.name": Meaning(Effect.CONFIG, "name of station set", ("T0836",)),
    "config.protection": Meaning(Effect.CREDENTIAL, "protection set or removed", ("T0892",)),
    "credential.use": Meaning(Effect.CREDENTIAL, "password given", ("T0859",)),
    "credential.end": Meaning(Effect.CREDENTIAL, "password's right given back"),
    "lock.acquire": Meaning(Effect.CONTEXT, "lock taken"),
    "lock.force": Meaning(Effect.CREDENTIAL, "lock taken from its holder", ("T0859",)),
    "lock.release": Meaning(Effect.CONTEXT, "lock released"),
    "log.clear": Meaning(Effect.PARAM, "log or errors cleared", ("T0872",)),
    "communication.silence": Meaning(Effect.PARAM, "told to stay silent", ("T0814",)),
    "debug.command": Meaning(Effect.PARAM, "debugging", ("T0836",)),
    "debug.flash": Meaning(Effect.CONTEXT, "lamp flashed"),
    "session.open": Meaning(Effect.CONTEXT, "session opened"),
    "session.online": Meaning(Effect.CONTEXT, "engineering tool went online"),
    "session.encrypted": Meaning(Effect.CONTEXT, "encrypted session"),
    "transaction.begin": Meaning(Effect.CONTEXT, "load begun"),
    "transaction.end": Meaning(Effect.CONTEXT, "load ended"),
    # what a controller's own log tells beside the above
    "card.change": Meaning(Effect.MODIFY, "memory card changed", ("T0889",)),
    "card.fault": Meaning(Effect.CONTEXT, "memory card missing, wrong or unreadable"),
    "module.change": Meaning(Effect.CONFIG, "module pulled or plugged"),
    "power.off": Meaning(Effect.MODE, "power lost"),
    "power.on": Meaning(Effect.MODE, "power came back"),
    "log.gap": Meaning(Effect.CONTEXT, "entries of its log are missing"),
    "clock.jumped": Meaning(Effect.CONTEXT, "its clock jumped against ours"),
}
