"""`ccontrol attest`: what only people can say of a change or a controller, for them to sign.

Writes one file into a clone of the branch `approved`. Signing it is the commit's: by stock git,
with the person's own key.
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.attestations import folder_of_sayings, render_attestation
from ccontrol.cli.deciding import who
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, say
from ccontrol.cli.plant import configured
from ccontrol.cli.retired import known_named
from ccontrol.cli.times import moment
from ccontrol.cli.told_changes import change_named
from ccontrol.config.settings import Config
from ccontrol.errors import AlreadyThereError, BadFileError, UnknownNameError
from ccontrol.model.attestation import Attestation, Claim

_PIECE = 1 << 20


def command(
    context: typer.Context,
    *,
    subject: Annotated[str, typer.Argument(metavar="CHANGE|CONTROLLER")],
    clone: Annotated[
        Path, typer.Option(metavar="DIR", help="Your clone, with the branch approved checked out.")
    ],
    text: Annotated[str, typer.Option(metavar="TEXT", help="The result, in your words.")],
    controls: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A control that was verified; may be given again."),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="It is about a test.")] = False,
    differences: Annotated[
        str, typer.Option(metavar="TEXT", help="How the test differed from production.")
    ] = "",
    source: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The software, as it was loaded.")
    ] = None,
    vendor_hash: Annotated[
        str, typer.Option(metavar="HASH", help="As the vendor published it: sha256:…")
    ] = "",
    method: Annotated[str, typer.Option(metavar="TEXT", help="How that was checked.")] = "",
    item: Annotated[
        str, typer.Option(metavar="NUMBER", help="An item of the baseline: 1.1.4.")
    ] = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who did it; else who you are.")] = "",
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When it was done.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="It did not hold.")] = False,
) -> None:
    """Write down what only people can say: controls, tests, sources, items that nobody can read.

    One of --controls, --test and --source for a change, --item for a controller. Nothing is asked
    of a controller, and ports are never scanned: what you declare is what stands there. Sign it by
    committing it with your own key.

    \b
    Example:
      ccontrol attest press-3 --item 1.1.4 --text "102/tcp only" --clone ~/north
      ccontrol attest 20261123-0123456789abcdef --controls "key switch" --text ok --clone ~/north
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    claim = _claim(controls, source, item, is_test=test)
    change_id, controller_id = _subject(configured(here), subject, claim)
    said = Attestation(
        claim=claim,
        said_at=here.clock.now().replace(microsecond=0),
        by=by or who(),
        text=text,
        change_id=change_id,
        controller_id=controller_id,
        item=item,
        done_at=_done(at),
        controls=tuple(controls or ()),
        passed=not failed,
        differences=differences,
        file_name="" if source is None else source.name,
        file_sha256="" if source is None else _sha256(source),
        vendor_hash=vendor_hash,
        method=method,
    )
    path = _written(clone, said)
    if said.hash_agrees is False:
        say("the hash of the file is NOT the one that the vendor published", Tone.BAD)
    say(f"{clone / path} is written; it counts once it is signed and pushed:")
    say(f"  git -C {clone} add {path} && git -C {clone} commit -S -m 'attest {subject}'")


def _claim(controls: list[str] | None, source: Path | None, item: str, *, is_test: bool) -> Claim:
    named = {
        Claim.CONTROLS: bool(controls),
        Claim.TEST: is_test,
        Claim.SOURCE: source is not None,
        Claim.ITEM: bool(item),
    }
    found = [claim for claim, is_meant in named.items() if is_meant]
    if len(found) != 1:
        raise typer.BadParameter("want one of --controls, --test, --source and --item")
    return found[0]


def _subject(config: Config, name: str, claim: Claim) -> tuple[str, str]:
    """Return the change id, or the controller's id, that is meant; the other one is ""."""
    if claim is Claim.ITEM:
        return "", known_named(config, name).controller.id
    for site in config.sites:
        change = change_named(site, name)
        if change is not None:
            return change.change_id, ""
    raise UnknownNameError(f"no site has a change {name!r}")


def _done(at: str | None) -> datetime | None:
    return None if at is None else moment(at)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}", hint="Name another file.") from error
    return digest.hexdigest()


def _written(clone: Path, said: Attestation) -> str:
    """Write it under the next free number; return its path in the clone."""
    if not (clone / ".git").exists():
        raise BadFileError(f"{clone} is no clone", hint="See docs/evidence.md for how to make one.")
    folder = folder_of_sayings(said)
    try:
        (clone / folder).mkdir(parents=True, exist_ok=True)
        taken = [int(one.stem) for one in (clone / folder).glob("[0-9][0-9][0-9][0-9].toml")]
        path = f"{folder}/{max(taken, default=0) + 1:04}.toml"
        with (clone / path).open("xb") as out:
            out.write(render_attestation(said))
    except FileExistsError as error:
        raise AlreadyThereError(f"{clone / folder}: somebody else writes there") from error
    except OSError as error:
        raise BadFileError(f"{clone / folder}: {error.strerror}", hint="Check its mode.") from error
    return path
