"""`ccontrol restore-kit`: what a person needs to bring a controller back, in one folder.

Reads the history and the vault. Asks no controller anything, and writes to none.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.bindings import Bond
from ccontrol.canonical.home import home_of
from ccontrol.canonical.names import encode
from ccontrol.canonical.spoken import spoken
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
from ccontrol.poll.pipeline import read_state
from ccontrol.poll.places import Places
from ccontrol.store.repository import Repository
from ccontrol.store.vault import Vault

_SHOWN = (Aspect.IDENTITY, Aspect.HARDWARE, Aspect.FIRMWARE, Aspect.PROTECTION)
_MEANING = {
    Bond.BOUND: "This file and what the controller ran moved together, and neither moved since.",
    Bond.STALE: "DOUBTFUL: what the controller ran, or the file, moved on after they were bound.",
    Bond.NEVER: "DOUBTFUL: nothing says that this file is what the controller ran.",
}
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
class Kit:
    """What was put into the folder."""

    site: str
    controller: str
    folder: Path
    bond: Bond
    file: str
    """The name under which it was dropped."""
    sha256: str
    decrypted: bool


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

    The project file that goes with what ran, its hashes, identity, modules, firmware, and the
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
    if as_json:
        emit("ccontrol/restore-kit/1", kit)
        return
    say(f"{target}: {kit.file} ({kit.bond.value})", _tone(kit))
    if not kit.decrypted:
        say("The file itself is not in it: name the vault's identity with --identity.", Tone.BAD)


def _tone(kit: Kit) -> Tone:
    return Tone.GOOD if kit.bond is Bond.BOUND and kit.decrypted else Tone.CAUTION


def _made(watched: Watched, target: Path, identity: Path | None) -> Kit:
    git_dir, controller = watched.site.store.path, watched.controller
    with Repository.open(git_dir) as repository:
        home = home_of(repository, controller.id, controller.area)
        standing = standing_of(repository, home)
    name, sha256 = _file(watched, standing)
    content = None if identity is None else _opened(watched, sha256, identity)
    state = read_state(git_dir, controller)
    try:
        target.mkdir(mode=0o700)
    except FileExistsError as error:
        raise AlreadyThereError(f"{target} exists already") from error
    except OSError as error:
        raise BadFileError(f"{target}: {error.strerror}", hint="Choose another folder.") from error
    files = {"README.txt": _readme(watched, standing, name, sha256, state).encode()}
    if content is not None:
        files[encode(name)] = content
    sums = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {each}\n" for each, data in sorted(files.items())
    )
    for each, data in {**files, "SHA256SUMS": sums.encode()}.items():
        (target / each).write_bytes(data)
    return Kit(
        watched.site.name,
        controller.id,
        target,
        standing.bond,
        name,
        sha256,
        decrypted=content is not None,
    )


def _file(watched: Watched, standing: Standing) -> tuple[str, str]:
    """Return the bound file's name and hash, else those of the file that was dropped last."""
    if standing.binding is not None:
        return standing.binding.file, standing.binding.sha256
    if standing.newest is not None:
        return standing.newest.name, standing.newest.sha256
    raise StoreError(
        f"no project file of {watched.controller.id} was ever dropped",
        hint="Name a folder for it with [[site.folder]] and drop its project file there.",
    )


def _opened(watched: Watched, sha256: str, identity: Path) -> bytes:
    try:
        lines = identity.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadFileError(
            f"{identity} cannot be read", hint="Name the identity's file."
        ) from error
    secret = next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
    vault = Vault(Places(watched.site.store.path).vault, watched.site.store.vault_recipient)
    return vault.get(sha256, Secret(secret))


def _readme(
    watched: Watched, standing: Standing, name: str, sha256: str, state: State | None
) -> str:
    controller = watched.controller
    bound = standing.binding
    tree = (f"plant tree    {bound.fingerprint} (SHA-256)",) if bound else ()
    head = (
        f"Restore kit of {printable(controller.title)} ({controller.id}, site {watched.site.name})",
        f"file          {printable(name)}, as {encode(name)}",
        f"sha256        {sha256}",
        f"standing      {standing.bond.value}",
        f"              {_MEANING[standing.bond]}",
        f"address       {controller.address}:{controller.port}",
        *tree,
    )
    facts = _facts(state) if state else ("Nothing is known of the controller itself.",)
    steps = _STEPS.format(controller=controller.id)
    return "\n".join((*head, "", steps, *facts, ""))


def _facts(state: State) -> Iterable[str]:
    known = [each.unit for _, each in sorted(state.units.items()) if each.unit is not None]
    for aspect in _SHOWN:
        units = [unit for unit in known if unit.aspect is aspect]
        if units:
            yield f"{aspect.value}:"
        for unit in units:
            told = ", ".join(f"{printable(key)} {spoken(value)}" for key, value in unit.fields)
            yield f"  {printable(unit.title)}: {told}"
