"""Event ids of the diagnostic buffer: what each says, and what it says was done, from where.

Data only. Numbers and meaning: System and Standard Functions C79000-G7076-C503, appendix C, and the
event names in Wireshark's S7 dissector; the words are ours. An id that is not here is shown by its
number and class.
"""

from typing import NamedTuple

from ccontrol.model.engineering import Reach

EVENTS = {
    # requests for a start; byte 9 tells who asked, see START_TYPES
    0x1381: "manual warm restart requested",
    0x1382: "automatic warm restart requested",
    0x1383: "manual hot restart requested",
    0x1384: "automatic hot restart requested",
    0x1385: "manual cold restart requested",
    0x1386: "automatic cold restart requested",
    # faults of the program
    0x2521: "BCD conversion failed",
    0x2522: "read beyond the length of an area",
    0x2523: "write beyond the length of an area",
    0x2524: "read from a wrong area",
    0x2525: "write to a wrong area",
    0x2530: "write to a protected DB",
    0x2532: "DB number does not exist when opening a DB",
    0x2534: "FC number does not exist when calling a FC",
    0x2535: "FB number does not exist when calling a FB",
    0x253A: "a DB is not loaded",
    0x253C: "a FC is not loaded",
    0x253D: "a SFC is not loaded",
    0x253E: "a FB is not loaded",
    0x253F: "a SFB is not loaded",
    0x2942: "I/O could not be read",
    0x2943: "I/O could not be written",
    0x3501: "cycle time exceeded",
    0x3502: "an OB was requested again before it had ended",
    0x3505: "time-of-day interrupts skipped since the clock was set",
    0x3571: "nesting too deep",
    0x3578: "unknown instruction",
    0x35A1: "an OB that is needed does not exist",
    0x35A2: "an OB that is needed is not loaded",
    0x35A3: "the operating system could not access a block",
    # racks, modules, stations
    0x3821: "backup battery of the central rack is well again",
    0x3822: "backup voltage of the central rack is well again",
    0x3823: "24 V supply of the central rack is well again",
    0x3842: "module is well again",
    0x3854: "PROFINET submodule inserted, as configured",
    0x3855: "PROFINET submodule inserted, not as configured",
    0x3856: "PROFINET submodule inserted, its parameters are wrong",
    0x3861: "module inserted, type as configured",
    0x3863: "module inserted, wrong type",
    0x3864: "module inserted, its type cannot be read",
    0x3865: "module inserted, its parameters are wrong",
    0x3866: "module answers again, load voltage is back",
    0x38C1: "expansion rack works again",
    0x38C2: "expansion rack works again, not as configured",
    0x38C4: "PROFIBUS station works again",
    0x38C5: "PROFIBUS station is well again",
    0x38C7: "PROFIBUS station works again, parameters of a module are wrong",
    0x38C8: "PROFIBUS station works again, not as configured",
    0x38CB: "PROFINET station works again",
    0x38CC: "PROFINET station is well again",
    0x3921: "backup battery of the central rack failed",
    0x3922: "backup voltage of the central rack failed",
    0x3923: "24 V supply of the central rack failed",
    0x3942: "module fault",
    0x3951: "PROFINET submodule removed",
    0x3954: "PROFINET interface submodule removed",
    0x3961: "module removed or no longer answers",
    0x3966: "module does not answer, load voltage is missing",
    0x3984: "interface module removed",
    0x39B1: "I/O access failed while updating the inputs",
    0x39B2: "I/O access failed while writing the outputs",
    0x39C1: "expansion rack failed",
    0x39C3: "PROFIBUS master system failed",
    0x39C4: "PROFIBUS station failed",
    0x39C5: "PROFIBUS station has a fault",
    0x39CA: "PROFINET system failed",
    0x39CB: "PROFINET station failed",
    0x39CC: "PROFINET station has a fault",
    0x39CD: "PROFINET station works again, not as configured",
    0x39CE: "PROFINET station works again, parameters of a module are wrong",
    # changes of mode
    0x4300: "power on, memory backed up",
    0x4301: "from STOP to STARTUP",
    0x4302: "from STARTUP to RUN",
    0x4303: "STOP by the mode switch",
    0x4304: "STOP by a programming device, or by a partner CPU's SFB 20",
    0x4305: "HOLD at a breakpoint",
    0x4306: "breakpoint left",
    0x4307: "memory reset started by a programming device",
    0x4308: "memory reset started by the mode switch",
    0x4309: "memory reset started by itself: power on without backup",
    0x430A: "from HOLD to STOP",
    0x430D: "STOP by another CPU in multicomputing",
    0x430E: "memory reset done",
    0x430F: "module in STOP because a CPU is",
    0x4318: "change of configuration in RUN began",
    0x4319: "change of configuration in RUN done",
    0x43B0: "firmware update succeeded",
    0x43B4: "firmware update failed",
    0x43D3: "standby CPU to STOP",
    0x43E3: "master CPU from redundant to solo mode",
    0x43F1: "standby and master exchanged",
    0x4540: "STOP: gap in the memory expansion",
    0x4541: "STOP by the priority class system",
    0x4542: "STOP by the object manager",
    0x4543: "STOP by test functions",
    0x4544: "STOP by the diagnostic system",
    0x4545: "STOP by the communication system",
    0x4546: "STOP by the memory manager",
    0x4547: "STOP by the process image",
    0x4548: "STOP by the I/O manager",
    0x454A: "STOP: an OB that the configuration excludes was loaded",
    0x4555: "no start: waiting for modules took too long",
    0x4556: "STOP: data inconsistent, memory reset requested",
    0x4562: "STOP by a program fault: its OB is missing",
    0x4563: "STOP by an I/O access fault: its OB is missing",
    0x4568: "STOP by a time fault: its OB is missing",
    0x456A: "STOP by a diagnostic interrupt: its OB is missing",
    0x456B: "STOP by a module pulled or plugged: its OB is missing",
    0x456C: "STOP by a hardware fault: its OB is missing",
    0x456D: "STOP by a program sequence fault: its OB is missing",
    0x456E: "STOP by a communication fault: its OB is missing",
    0x456F: "STOP by a rack failure: its OB is missing",
    0x4571: "STOP: nesting stack",
    0x4573: "STOP: nested too deep after synchronous faults",
    0x4575: "STOP: block calls nested too deep",
    0x4576: "STOP: local data exhausted",
    0x4578: "STOP: unknown instruction",
    0x457A: "STOP: length of the code is wrong",
    0x457F: "STOP by the program's own STOP command",
    0x4580: "STOP: backed-up memory is inconsistent",
    0x4590: "STOP: internal functions overloaded",
    0x4931: "memory test of a card failed",
    0x4933: "memory checksum is wrong",
    0x494D: "STOP by an I/O fault",
    0x494E: "STOP by power failure",
    0x494F: "STOP by a configuration fault",
    0x4959: "modules are not ready",
    0x49A0: "STOP: modules there and modules configured differ, no start",
    0x49A1: "STOP: parameters are wrong, memory reset requested",
    0x49A4: "STOP: configuration data inconsistent",
    0x49B1: "firmware update: the data is wrong",
    0x49B2: "firmware update: not for this hardware version",
    0x49B3: "firmware update: not for this type of module",
    # while running, and configuration
    0x530D: "new start-up information in STOP",
    0x5311: "started although modules are not ready",
    0x5380: "diagnostic entries of interrupts are switched off",
    0x53FF: "reset to factory settings",
    0x5445: "change of configuration in RUN began",
    0x5545: "change of configuration in RUN began",
    0x558A: "CPU is of another order number than configured",
    0x558B: "CPU has another firmware than configured",
    0x5879: "DP interface: EXTF light off",
    0x5961: "parameters are wrong",
    0x5962: "parameters are wrong, no start",
    0x5963: "parameters are wrong, memory reset requested",
    0x596A: "IP address of a PROFINET device exists twice",
    0x596B: "IP address of the CPU exists twice",
    0x596C: "name of the CPU's interface exists twice",
    0x5979: "DP interface: EXTF light on",
    # firmware, cards, blocks
    0x6253: "firmware download over the network ended",
    0x6353: "firmware download over the network began",
    0x6316: "interface fault while starting",
    0x6390: "memory card formatted",
    0x6501: "connections exhausted",
    0x6521: "neither memory card nor internal memory",
    0x6522: "memory card of a wrong kind: replace it and reset the memory",
    0x6523: "memory card cannot be read, memory reset requested",
    0x6524: "header of a block is wrong, memory reset requested",
    0x6526: "memory card was replaced, memory reset requested",
    0x6527: "memory card was replaced, no restart",
    0x6528: "blocks handled in STOP or HOLD, no restart",
    0x6529: "program is being loaded, no start",
    0x652A: "a block exists twice in memory, no start",
    0x6533: "content of the memory card is not valid, memory reset requested",
    0x6543: "block of an unknown type, no start",
    0x6548: "a block is not plausible",
    0x6549: "a block's structure is wrong",
    0x6550: "a block's checksum is wrong",
    0x6551: "a block has no checksum",
    # redundancy and safety
    0x72DB: "safety program: safety mode switched off",
    0x73DB: "safety program: safety mode switched on",
    0x7301: "redundancy lost: a CPU failed",
    0x7302: "redundancy lost: the standby CPU was stopped",
    0x7303: "redundancy restored",
    0x75D1: "safety program: internal fault of the CPU",
    0x79E6: "safety program is inconsistent",
    0x79E7: "simulation block in the safety program",
}

CLASSES = {
    0x1: "start of an OB",
    0x2: "fault of the program",
    0x3: "fault outside the program",
    0x4: "change of mode",
    0x5: "event while running",
    0x6: "communication or memory event",
    0x7: "redundancy or safety event",
    0x8: "diagnostic data of a module",
    0x9: "user event",
    0xA: "user event",
    0xB: "user event",
    0xF: "event of another module",
}
"""What an event is about, by the first digit of its id."""


class Said(NamedTuple):
    """What an event says was done, in the words of engineering events, and from where."""

    action: str
    reach: Reach = Reach.UNSAID


_STOP, _RESET, _RUN = "mode.stop", "memory.reset", "mode.run"
_CARD, _CARD_FAULT, _MODULE = "card.change", "card.fault", "module.change"
_FIRMWARE, _CONFIGURATION = "firmware.write", "config.write"
_TOLD = "mode.reported"

SAID = {
    # the switch, and who else stops or resets: a programming device may sit at any of the CPU's
    # interfaces, or be a partner's program
    0x4303: Said(_STOP, Reach.LOCAL),
    0x4304: Said(_STOP),
    0x430D: Said(_STOP),
    0x4543: Said(_STOP),
    0x4307: Said(_RESET),
    0x4308: Said(_RESET, Reach.LOCAL),
    0x4309: Said(_RESET),
    0x430E: Said(_RESET),
    0x53FF: Said("controller.factory-reset"),
    # power
    0x4300: Said("power.on"),
    0x494E: Said("power.off"),
    # starts: who asked stands in the record, see `START_TYPES`
    0x1381: Said(_RUN),
    0x1382: Said(_TOLD),
    0x1383: Said(_RUN),
    0x1384: Said(_TOLD),
    0x1385: Said("mode.cold"),
    0x1386: Said(_TOLD),
    0x4301: Said(_TOLD),
    0x4302: Said(_TOLD),
    # the memory card: that it was changed, or that it is not as it should be
    0x6526: Said(_CARD, Reach.LOCAL),
    0x6527: Said(_CARD, Reach.LOCAL),
    0x6521: Said(_CARD_FAULT, Reach.LOCAL),
    0x6522: Said(_CARD_FAULT, Reach.LOCAL),
    0x6523: Said(_CARD_FAULT, Reach.LOCAL),
    0x6533: Said(_CARD_FAULT, Reach.LOCAL),
    0x6390: Said("file.format"),
    # modules: 3961 says itself that the module may be there and silent
    0x3854: Said(_MODULE, Reach.LOCAL),
    0x3855: Said(_MODULE, Reach.LOCAL),
    0x3856: Said(_MODULE, Reach.LOCAL),
    0x3861: Said(_MODULE, Reach.LOCAL),
    0x3863: Said(_MODULE, Reach.LOCAL),
    0x3864: Said(_MODULE, Reach.LOCAL),
    0x3865: Said(_MODULE, Reach.LOCAL),
    0x3951: Said(_MODULE, Reach.LOCAL),
    0x3954: Said(_MODULE, Reach.LOCAL),
    0x3961: Said(_MODULE),
    0x3984: Said(_MODULE, Reach.LOCAL),
    0x456B: Said(_MODULE, Reach.LOCAL),
    # firmware, program and configuration; what came over a network says so
    0x6253: Said(_FIRMWARE, Reach.NETWORK),
    0x6353: Said(_FIRMWARE, Reach.NETWORK),
    0x43B0: Said(_FIRMWARE),
    0x6528: Said("program.modify"),
    0x6529: Said("program.download"),
    0x4318: Said(_CONFIGURATION),
    0x4319: Said(_CONFIGURATION),
    0x5445: Said(_CONFIGURATION),
    0x5545: Said(_CONFIGURATION),
    0x3505: Said("clock.set"),
}
"""What an event itself says was done. Not here: faults, requests, and acts that failed.

LOCAL only where it names the mode switch, a card that was changed or is not right, or a module that
was pulled or plugged. A programming device is none of both: MPI, PROFIBUS, USB and Ethernet look
alike to the CPU, and 4304 may be a partner CPU's program.
"""

STARTS = frozenset({0x1381, 0x1382, 0x1383, 0x1384, 0x1385, 0x1386, 0x4301, 0x4302})
"""Events whose record tells who asked for the start and, all but 4302, why it had stopped."""

_SWITCH = ("the mode switch", Reach.LOCAL)
_DEVICE = ("a programming device or partner", Reach.UNSAID)
_POWER = ("power on", Reach.UNSAID)
_PARTNERS = ("multicomputing", Reach.UNSAID)

START_TYPES = {
    0x01: _PARTNERS,
    0x03: _SWITCH,
    0x04: _DEVICE,
    0x0A: _PARTNERS,
    0x0B: _SWITCH,
    0x0C: _DEVICE,
    0x10: _POWER,
    0x13: _SWITCH,
    0x14: _DEVICE,
    0x20: ("power on without backup", Reach.UNSAID),
    0x23: _SWITCH,
    0x24: _DEVICE,
    0xA0: _POWER,
}
"""Byte 9 of such a record: who asked for the start, and from where."""
