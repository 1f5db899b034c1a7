"""What happens in a chassis: engineers over the network, hands at the cabinet, power, and cheats.

Each scene changes the state and moves what such an act moves. A change of logic moves the
AuditValue alone (1756-PM015); class AC follows tags and downloads (1756-PM020), and its attribute
10 follows an engineering station that goes online (captures of Logix Designer).
"""

from dataclasses import replace

from ccontrol.sim.logix.chassis import Chassis, Module, Presence
from ccontrol.sim.logix.controller import (
    NO_FAULTS,
    Change,
    Controller,
    Faults,
    Key,
    Mode,
    controller_in,
)
from ccontrol.sim.logix.project import DataType, Project, Tag, compiled

# ---- engineers


def go_online(chassis: Chassis, *, slot: int | None = None) -> None:
    """An engineering station goes online and does nothing: attribute 10 of class AC moves."""
    edits = controller_in(chassis, slot).edits
    edits.visited = edits.stamp()


def online_edit(
    chassis: Chassis,
    program: str,
    routine: str,
    text: str = "XIC(Bypass)OTE(Close);",
    *,
    slot: int | None = None,
) -> None:
    """An engineer edits a rung in the running controller: AuditValue and routine bytes move."""
    cpu = controller_in(chassis, slot)
    old = cpu.project.routine(program, routine)
    cpu.take(cpu.project.with_routine(program, replace(old, code=compiled(text))))
    cpu.note(Change.ONLINE_EDIT)


def add_tag(chassis: Chassis, tag: Tag, program: str = "", *, slot: int | None = None) -> None:
    """An engineer adds a tag, or changes one, in the running controller."""
    cpu = controller_in(chassis, slot)
    cpu.take(cpu.project.with_tag(tag, program))
    cpu.edits.changed = cpu.edits.stamp()
    cpu.note(Change.ONLINE_EDIT)


def delete_tag(chassis: Chassis, name: str, *, slot: int | None = None) -> None:
    """An engineer deletes a tag of controller scope."""
    cpu = controller_in(chassis, slot)
    cpu.take(cpu.project.without_tag(name))
    cpu.edits.changed = cpu.edits.stamp()
    cpu.note(Change.ONLINE_EDIT)


def set_value(chassis: Chassis, tag: str, value: bytes, *, slot: int | None = None) -> None:
    """The program gives a tag of controller scope another value: nothing else moves."""
    cpu = controller_in(chassis, slot)
    old = next(one for one in cpu.project.tags if one.name == tag)
    cpu.take(cpu.project.with_tag(replace(old, value=value)))


def change_type(chassis: Chassis, data_type: DataType, *, slot: int | None = None) -> None:
    """An engineer loads the project again with another structure: its template's handle moves."""
    download(chassis, controller_in(chassis, slot).project.with_type(data_type), slot=slot)


def start_download(chassis: Chassis, *, slot: int | None = None) -> None:
    """A download begins: program mode, and class AC says 05 until it ends."""
    cpu = controller_in(chassis, slot)
    cpu.mode = Mode.PROGRAM
    cpu.downloading = True


def finish_download(
    chassis: Chassis, project: Project | None = None, *, slot: int | None = None
) -> None:
    """A download ends: another project (the same by default), new counters, run mode."""
    cpu = controller_in(chassis, slot)
    cpu.take(project or cpu.project)
    edits = cpu.edits
    edits.changed, edits.loaded, edits.uploaded, edits.visited = (edits.stamp() for _ in range(4))
    cpu.move_audit_value()
    cpu.downloading = False
    cpu.mode = Mode.RUN


def download(chassis: Chassis, project: Project | None = None, *, slot: int | None = None) -> None:
    """A whole download between two frames."""
    start_download(chassis, slot=slot)
    finish_download(chassis, project, slot=slot)


def renumber(chassis: Chassis, *, slot: int | None = None) -> None:
    """The same project, loaded anew: other instances, other addresses, as a download gives them."""
    cpu = controller_in(chassis, slot)
    cpu.take(cpu.project, "anew ")
    cpu.edits.changed, cpu.edits.loaded = cpu.edits.stamp(), cpu.edits.stamp()
    cpu.move_audit_value()


def change_mode(chassis: Chassis, mode: Mode, *, slot: int | None = None) -> None:
    """An engineer changes the mode over the network; raises ValueError unless the key allows it."""
    cpu = controller_in(chassis, slot)
    if cpu.key is not Key.REMOTE:
        raise ValueError(f"the key stands on {cpu.key.name}")
    cpu.mode = mode
    cpu.note(Change.REMOTE_MODE)


def switch_forces(chassis: Chassis, *, on: bool, slot: int | None = None) -> None:
    """An engineer switches forces on or off: of what can be read, only the AuditValue tells."""
    cpu = controller_in(chassis, slot)
    cpu.forces_on = on
    cpu.note(Change.FORCES_ON if on else Change.FORCES_OFF)


def set_mask(chassis: Chassis, mask: int, *, slot: int | None = None) -> None:
    """An engineer sets ChangesToDetect: what is masked moves no AuditValue from now on."""
    controller_in(chassis, slot).changes_to_detect = mask


def delete_safety_signature(chassis: Chassis, *, slot: int | None = None) -> None:
    """An engineer deletes the safety signature of an unlocked GuardLogix."""
    cpu = controller_in(chassis, slot)
    if cpu.project.safety_locked:
        raise ValueError("the safety application is locked")
    cpu.take(replace(cpu.project, safety_signature=""))
    cpu.note(Change.SAFETY_DELETED)


def create_safety_signature(chassis: Chassis, signature: str, *, slot: int | None = None) -> None:
    """An engineer creates the safety signature."""
    cpu = controller_in(chassis, slot)
    cpu.take(replace(cpu.project, safety_signature=signature))
    cpu.note(Change.SAFETY_CREATED)


def lock_safety(chassis: Chassis, *, locked: bool, slot: int | None = None) -> None:
    """An engineer locks or unlocks the safety application."""
    cpu = controller_in(chassis, slot)
    cpu.take(replace(cpu.project, safety_locked=locked))
    cpu.note(Change.SAFETY_LOCKED if locked else Change.SAFETY_UNLOCKED)


def edit_in_secret(
    chassis: Chassis, program: str, routine: str, text: str, *, slot: int | None = None
) -> None:
    """A cheat: the code changes and no counter says so (CVE-2022-1161 in its worst reading)."""
    cpu = controller_in(chassis, slot)
    old = cpu.project.routine(program, routine)
    cpu.take(cpu.project.with_routine(program, replace(old, code=compiled(text))))


# ---- hands


def turn_key(chassis: Chassis, key: Key, *, slot: int | None = None) -> None:
    """A hand turns the key; RUN and PROGRAM take the mode with them."""
    cpu = controller_in(chassis, slot)
    cpu.key = key
    if key is not Key.REMOTE:
        cpu.mode = Mode.RUN if key is Key.RUN else Mode.PROGRAM
    cpu.note(Change.KEY)


def pull_module(chassis: Chassis, slot: int) -> None:
    """A hand pulls a module."""
    chassis.slots[slot].presence = Presence.PULLED


def return_module(chassis: Chassis, slot: int) -> None:
    """A hand puts the same module back, or it wakes up."""
    chassis.slots[slot].presence = Presence.ANSWERS


def swap_module(chassis: Chassis, slot: int, module: Module) -> Module:
    """A hand puts another module into a slot; returns the old one."""
    old, chassis.slots[slot] = chassis.slots[slot], module
    return old


def another(
    module: Module, *, revision: tuple[int, int] | None = None, serial: int | None = None
) -> Module:
    """A module of the same kind, with another serial number and perhaps another revision."""
    return replace(
        module,
        revision=revision or module.revision,
        serial=module.serial + 1 if serial is None else serial,
    )


def renew_lease(chassis: Chassis, address: str, gateway: str) -> None:
    """A DHCP server gives the adapter another address."""
    port = chassis.module().ethernet
    if port is None or not port.leased:
        raise ValueError("this adapter leases no address")
    port.address, port.gateway = address, gateway


# ---- power, firmware, chance


def fall_silent(chassis: Chassis, slot: int) -> None:
    """A module sits in its slot and no longer answers."""
    chassis.slots[slot].presence = Presence.DORMANT


def start_firmware_update(chassis: Chassis, slot: int) -> None:
    """A module takes new firmware and says nothing meanwhile."""
    chassis.slots[slot].presence = Presence.DORMANT


def finish_firmware_update(chassis: Chassis, slot: int, revision: tuple[int, int]) -> None:
    """It comes back with the new revision; a controller loads its project from the card again."""
    module = chassis.slots[slot]
    module.revision = revision
    module.presence = Presence.ANSWERS
    if isinstance(module, Controller):
        module.edits.loaded = module.edits.stamp()
        module.note(Change.FIRMWARE)


def break_down(
    chassis: Chassis, faults: Faults = Faults.MAJOR_RECOVERABLE, *, slot: int | None = None
) -> None:
    """A fault; a major one stops the program."""
    cpu = controller_in(chassis, slot)
    cpu.faults |= faults
    if faults & (Faults.MAJOR_RECOVERABLE | Faults.MAJOR_UNRECOVERABLE):
        cpu.mode = Mode.PROGRAM
        cpu.note(Change.MAJOR_FAULT)


def clear_faults(chassis: Chassis, *, slot: int | None = None) -> None:
    """The faults are cleared; the mode stays."""
    controller_in(chassis, slot).faults = NO_FAULTS


def switch_over(chassis: Chassis) -> None:
    """A redundant pair changes places: the partner's modules answer at this address now."""
    if chassis.partner is None:
        raise ValueError("no redundant chassis")
    partner = chassis.partner
    chassis.slots, partner.slots = partner.slots, chassis.slots
