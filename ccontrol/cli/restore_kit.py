"""`ccontrol restore-kit`: what a person needs to bring a controller back, in one folder.

Reads the history and the vault. Asks no controller anything, and writes to none.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.bindings import Binding, Bond, Stored
from ccontrol.canonical.home import home_of
from ccontrol.canonical.names import encode
from ccontrol.canonical.spoken import spoken
from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.identities import identity_in
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import Watched, configured
from ccontrol.cli.retired import known_named
from ccontrol.errors import AlreadyThereError, BadFileError, StoreError
from ccontrol.logic.printable import printable
from ccontrol.model.aspect import Aspect
from ccontrol.model.secret import Secret
from ccontrol.model.state import State
from ccontrol.poll.binding import Standing, standing_of
from ccontrol.poll.places import Places
from ccontrol.poll.stored_state import read_state
from ccontrol.store.repository import Repository
from ccontrol.store.vault import Vault

_SHOWN = (Aspect.IDENTITY, Aspect.HARDWARE, Aspect.FIRMWARE, Aspect.PROTECTION)
_MEANING = {
    Bond.BOUND: "File and controller moved together, and neither moved since.",
    Bond.STALE: "DOUBTFUL: what the controller runs, or the file, moved on after they were bound.",
    Bond.NEVER: "DOUBTFUL: nothing says that the file is what the controller runs.",
}
_TIME = "%Y-%m-%d %H:%M:%S"
_SEVERAL = """
Several files were dropped around that change, or belong to one project. Nobody compared them with
the controller: look which of them it is, by their dates and by opening them."""
_STEPS = """\
Steps, for a person; ccontrol writes to no controller.

 1. Make the machine safe, and agree with whoever runs it that it stands still.
 2. Hold the hardware in front of you against "hardware" and "firmware" below: order numbers,
    slots, versions. Bring the firmware to the version named here first.
 3. Check the file: sha256sum -c SHA256SUMS
 4. Open a copy of it with the vendor's software, and compare it with the controller there, if the
    controller still answers. Save what it holds now before you load anything.
 5. Load it in the vendor's way. Actual values, recipes and passwords may not be in the file.
 6. Start as the machine's own instructions say.
 7. `ccontrol poll {controller} --depth full`, then `ccontrol diff {controller}`: what runs has to
    be what was approved.
"""


@dataclass(frozen=True, slots=True)
class KitFile:
    """A file that was dropped for the controller."""

    name: str
    """The name under which it was dropped."""
    sha256: str
    dropped_at: datetime
    is_firmware: bool
    missing: str = ""
    """Why it is not in the folder; empty: it is."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What was put into the folder."""

    site: str
    controller: str
    folder: Path
    bond: Bond
    files: tuple[KitFile, ...]

    @property
    def missing(self) -> tuple[KitFile, ...]:
        """The files that are not in it."""
        return tuple(file for file in self.files if file.missing)


def command(
    context: typer.Context,
    *,
    controller: Annotated[str, typer.Argument(metavar="CONTROLLER")],
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="New; else CONTROLLER-restore-kit."),
    ] = None,
    identity: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The vault's identity, from its safe; without it, no file."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Put into one folder what a person needs to restore a controller.

    The project files that go with what ran, their hashes, identity, modules, firmware, and the
    steps. The folder then holds the program in plain: treat it as a secret. No controller is asked
    or written to.

    \b
    Example:
      ccontrol restore-kit press-3 --identity /media/safe/vault-identity
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    watched = known_named(configured(here), controller)
    target = folder or Path(f"{watched.controller.id}-restore-kit")
    kit = _made(watched, target, identity)
    ran = Ran(f"a restore kit of {len(kit.files)} files was exported", "", watched.controller.id)
    audit(watched.site, here.clock, ran)
    if as_json:
        emit("ccontrol/restore-kit/1", kit)
        return
    named = ", ".join(printable(file.name) for file in kit.files)
    say(f"{target}: {named} ({kit.bond.value})", _tone(kit))
    for file in kit.missing:
        say(f"  {printable(file.name)} itself is not in it: {file.missing}", Tone.BAD)


def _tone(kit: Kit) -> Tone:
    return Tone.CAUTION if kit.missing or kit.bond is not Bond.BOUND else Tone.GOOD


def _made(watched: Watched, target: Path, identity: Path | None) -> Kit:
    git_dir, controller = watched.site.store.path, watched.controller
    with Repository.open(git_dir) as repository:
        home = home_of(repository, controller.id, controller.area)
        standing = standing_of(repository, home)
    wanted = _files(watched, standing)
    secret = None if identity is None else identity_in(identity)
    state = read_state(git_dir, controller)
    try:
        target.mkdir(mode=0o700)
    except FileExistsError as error:
        raise AlreadyThereError(f"{target} exists already") from error
    except OSError as error:
        raise BadFileError(f"{target}: {error.strerror}", hint="Choose another folder.") from error
    files, sums = [], []
    for file in wanted:
        content, missing = _content(watched, file, secret)
        files.append(replace(file, missing=missing))
        if not missing:
            (target / encode(file.name)).write_bytes(content)
            sums.append(f"{file.sha256}  {encode(file.name)}\n")
    kit = Kit(watched.site.name, controller.id, target, standing.bond, tuple(files))
    readme = _readme(watched, standing, kit, state).encode()
    (target / "README.txt").write_bytes(readme)
    sums.append(f"{hashlib.sha256(readme).hexdigest()}  README.txt\n")
    (target / "SHA256SUMS").write_text("".join(sums))
    return kit


def _files(watched: Watched, standing: Standing) -> tuple[KitFile, ...]:
    """Return the bound files, else the one that was dropped last, and the firmware packages."""
    if standing.binding is not None:
        programs = [
            KitFile(one.name, one.sha256, one.dropped_at, is_firmware=False)
            for one in standing.binding.files
        ]
    else:
        newest = standing.newest
        programs = [_kit_file(newest)] if newest is not None and not newest.is_firmware else []
    if not programs and not standing.firmware:
        raise StoreError(
            f"no project file of {watched.controller.id} was ever dropped",
            hint="Name a folder for it with [[site.folder]] and drop its project file there.",
        )
    return (*programs, *map(_kit_file, standing.firmware))


def _kit_file(one: Stored) -> KitFile:
    return KitFile(one.file.name, one.file.sha256, one.taken_at, one.is_firmware)


def _content(watched: Watched, file: KitFile, secret: Secret | None) -> tuple[bytes, str]:
    """Return what the vault holds of a file, or why it holds nothing that we can open."""
    if secret is None:
        return b"", "name the vault's identity with --identity"
    vault = Vault(Places(watched.site.store.path).vault, watched.site.store.vault_recipient)
    try:
        return vault.get(file.sha256, secret), ""
    except StoreError as error:  # the other files, and what is known, are worth having
        return b"", str(error)


def _readme(watched: Watched, standing: Standing, kit: Kit, state: State | None) -> str:
    controller = watched.controller
    head = (
        f"Restore kit of {printable(controller.title)} ({controller.id}, site {watched.site.name})",
        f"address       {controller.address}:{controller.port}",
        f"standing      {standing.bond.value}",
        f"              {_MEANING[standing.bond]}",
        *(_change(standing.binding) if standing.binding else ()),
        *(line for file in kit.files for line in _told(file)),
    )
    several = sum(not file.is_firmware for file in kit.files) > 1
    steps = _STEPS.format(controller=controller.id)
    facts = _facts(state) if state else ("Nothing is known of the controller itself.",)
    return "\n".join((*head, *((_SEVERAL,) if several else ()), "", steps, *facts, ""))


def _change(binding: Binding) -> Iterator[str]:
    change = binding.change
    since = f"after {change.happened_after:{_TIME}} and " if change.happened_after else ""
    yield f"change        {change.change_id}, {since}before {change.happened_before:{_TIME}} UTC"
    yield f"plant tree    {change.fingerprint} (SHA-256)"


def _told(file: KitFile) -> Iterator[str]:
    word = "firmware" if file.is_firmware else "file    "
    where = f"NOT HERE: {file.missing}" if file.missing else f"as {encode(file.name)}"
    yield f"{word}      {printable(file.name)}, {where}"
    yield f"              sha256 {file.sha256}, dropped {file.dropped_at:{_TIME}} UTC"


def _facts(state: State) -> Iterable[str]:
    known = [each.unit for _, each in sorted(state.units.items()) if each.unit is not None]
    for aspect in _SHOWN:
        units = [unit for unit in known if unit.aspect is aspect]
        if units:
            yield f"{aspect.value}:"
        for unit in units:
            told = ", ".join(f"{printable(key)} {spoken(value)}" for key, value in unit.fields)
            yield f"  {printable(unit.title)}: {told}"
