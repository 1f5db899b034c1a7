"""What signing commands share: a repository with `approved`, the site's rules, a person's key.

They work on the site's own store where that may be written, and in any clone with --repository.
`observed` is only read.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.invocation import Invocation
from ccontrol.cli.output import Tone, say
from ccontrol.cli.trust import trust_of
from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site
from ccontrol.errors import ConfigError, SigningError, StoreError, UnknownNameError
from ccontrol.model.approval import Approvals, People
from ccontrol.poll.authority import sighted_at
from ccontrol.store import own_keys, signing
from ccontrol.store import people as people_keys
from ccontrol.store.approved import Judging, require_counting, survey
from ccontrol.store.approving import Content, Heads, Pen, approve, git_dir_of, heads_of, open_any
from ccontrol.store.message import Message
from ccontrol.store.people import key_of
from ccontrol.store.people_keys import signer_in
from ccontrol.store.repository import Repository
from ccontrol.store.sshwire import fingerprint

RepositoryOption = Annotated[
    Path | None,
    typer.Option(
        "--repository",
        metavar="FOLDER",
        help="A clone of the store, to be pushed afterwards. Otherwise the store itself.",
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="Your own private key, or the .pub of one that ssh-agent holds (tokens, too). "
        "Otherwise the only key in the agent.",
    ),
]
TicketOption = Annotated[str, typer.Option("--ticket", metavar="TEXT", help="Of the work.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
RequesterOption = Annotated[
    str,
    typer.Option("--requested-by", metavar="PERSON", help="Who asked for it: ada@plant."),
]


@dataclass(frozen=True, slots=True)
class Desk:
    """A repository in which somebody signs, and by what it is judged."""

    site: Site
    repository: Repository
    heads: Heads
    judging: Judging
    approvals: Approvals
    clock: Clock
    daemon_keys: tuple[bytes, ...]
    """As the configuration knows them, in the order of its file."""

    @property
    def people(self) -> People:
        """Who may sign. Raises StoreError when nobody may yet."""
        if self.approvals.people is None:
            raise StoreError(
                "nobody may sign here yet: approved does not exist",
                hint="`ccontrol people draft` begins it; see docs/approvals.md.",
            )
        return self.approvals.people

    def observed_commit(self, name: str) -> str:
        """Return the commit of `observed` that a name or its beginning means; "" is the newest.

        Raises UnknownNameError: what lies elsewhere was observed by nobody.
        """
        head = self.heads.observed
        if head is None:
            raise UnknownNameError("nothing was observed here yet")
        if not name:
            return head
        ids = self.repository.objects.list_commits(head, "", None)
        found = [each for each in ids if each.startswith(name.lower())]
        if len(found) != 1:
            what = "more than one commit" if found else "no commit"
            raise UnknownNameError(
                f"{what} of observed begins with {name[:40]!a}",
                hint="`git log observed` lists them; in a clone `git fetch` first.",
            )
        return found[0]

    def sign(self, key: Path | None, edits: Mapping[str, Content], message: Message) -> str:
        """Append one signed commit, and return it. Raises StoreError when it would not count."""
        signer = self.signer(key)
        principal = people_keys.owner_of(signer.public_key, self.people, self.judging.now)
        person = self.people.person(principal)
        pen = Pen(person.name if person else "", principal, signer)
        found = approve(self.repository, pen, edits, message, self.judging)
        self.note(message.subject, principal)
        return found.trusted or ""

    def signer(self, key: Path | None) -> signing.Signer:
        """Return what signs for a person. Raises SigningError, also for the daemon's key."""
        signer = signer_in(key)
        known = self.approvals.people
        lines = () if known is None else known.daemon_keys
        require_no_daemons(
            signer.public_key, (*self.daemon_keys, *(key_of(one.line) for one in lines))
        )
        return signer

    def last_signed(self) -> dict[bytes, int]:
        """Return the number of the last commit of `observed` that each key signed."""
        head = self.heads.observed
        return {} if head is None else own_keys.last_signed(self.repository, head)

    def note(self, what: str, principal: str) -> None:
        """Have the audit log say who signed what."""
        audit(self.site, self.clock, Ran(what, f"signed by {principal}"))


def require_no_daemons(key: bytes, daemon_keys: Collection[bytes]) -> None:
    """Refuse the daemon's key where a person's is wanted. Raises SigningError."""
    if people_keys.plain_key(key) in daemon_keys:
        raise SigningError(
            f"{fingerprint(key)} is the daemon's key: it may not sign for a person",
            hint="Name a key of the person's own; `ssh-keygen -t ed25519` makes one.",
        )


@contextmanager
def desk(here: Invocation, config: Config, site: Site, folder: Path | None) -> Iterator[Desk]:
    """Open where somebody signs. Raises ConfigError for a site without [site.people]."""
    if site.people is None:
        raise ConfigError(
            f"site {site.name} has no [site.people]: nobody approves anything there",
            hint="See docs/approvals.md: root keys first, then `ccontrol people draft`.",
        )
    keys = trust_of(config, site).signers.keys
    with open_any(folder or site.store.path) as repository:
        heads = heads_of(repository)
        seen = sighted_at(repository, heads.observed)
        judging = Judging(site.people, frozenset(keys), seen, here.clock.now())
        approvals = Approvals()
        if heads.approved is not None:
            found = survey(repository, judging, heads.approved)
            require_counting(found)
            approvals = found.approvals
        yield Desk(site, repository, heads, judging, approvals, here.clock, keys)


def say_signed(desk_: Desk, commit: str, what: str) -> None:
    """Tell what was signed and, in a clone, what is left to do."""
    say(f"{what} (commit {commit[:12]} on approved)", Tone.GOOD)
    if git_dir_of(desk_.repository.git_dir) != desk_.site.store.path:
        say("  → `git push origin approved` brings it to the store.")


def trailers(kind: str, **values: str) -> tuple[tuple[str, str], ...]:
    """Return the trailers of a signed commit; what is empty is left out."""
    named = {name.replace("_", "-").title(): value for name, value in values.items() if value}
    return (("Class", kind), *named.items())
