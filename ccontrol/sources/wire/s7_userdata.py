"""What the user data functions of S7comm do: group and function → action. A table, no logic.

Functions that only ask (block lists, system status lists, cyclic reading) are left out. -1 stands
for every other function of a group.
"""

from typing import Final

ASKED: Final = {
    (1, 0x08): "variable.write",  # modify variables from a table
    (1, 0x09): "force.set",
    (1, 0x0A): "debug.command",  # break point
    (1, 0x0B): "debug.command",  # leave HOLD
    (1, 0x0C): "memory.reset",
    (1, 0x0F): "force.clear",  # delete a job of forcing
    (1, 0x16): "debug.flash",
    (5, 0x01): "credential.use",
    (5, 0x02): "credential.end",
    (7, 0x02): "clock.set",
    (7, 0x04): "clock.set",
    (0xF, 0x01): "program.download",  # numerical controls: asked, piece, go on, done
    (0xF, 0x02): "program.download",
    (0xF, 0x03): "program.download",
    (0xF, 0x04): "program.download",
    (0xF, -1): "program.upload",
}

REPORTED: Final = {
    **{(0, sub): "mode.reported" for sub in range(8)},
    (4, 0x03): "log.reported",
}
"""What a controller says by itself: its mode moved, its diagnostic buffer has a new entry."""
