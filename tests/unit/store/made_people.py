"""People with real keys who approve what a real store holds; stock git may do it in their place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ccontrol.canonical.people import ALLOWED_SIGNERS, NAMESPACE, PEOPLE, render_people
from ccontrol.model.approval import Anchor, People, Person, PersonKey, Role
from ccontrol.store import gate, signing
from ccontrol.store.approved import Judging, Survey, survey
from ccontrol.store.approving import Content, Pen, approve, open_any
from ccontrol.store.keys import FileSigner, generate, public_line
from ccontrol.store.message import Message
from ccontrol.store.people import root_signature_path, signers_of
from tests.unit.store.made_store import Site, git

ROLES = {
    "ada@plant": frozenset({Role.APPROVER, Role.REQUESTER}),
    "bob@plant": frozenset({Role.APPROVER}),
    "ivy@plant": frozenset({Role.INVESTIGATOR}),
}
BASE = Message("approve press", "", (("Class", "approval"), ("Ticket", "T-1")))


@dataclass
class Crowd:
    """The people of one site, their keys, and who of them are roots."""

    site: Site
    keys: dict[str, FileSigner] = field(default_factory=dict)
    roots: dict[str, FileSigner] = field(default_factory=dict)
    sighted: dict[str, datetime] = field(default_factory=dict)
    requester_approves: bool = False

    @classmethod
    def make(cls, site: Site) -> "Crowd":
        """Give them their keys, and let the store's door know whose roots count."""
        crowd = cls(site)
        for name in ROLES:
            crowd.keys[name] = generate(site.folder / name.partition("@")[0])
        for name in ("root-1", "root-2", "root-3"):
            crowd.roots[name] = generate(site.folder / name)
        gate.install(site.git_dir, site.daemon.trust.signers, crowd.judging.anchor)
        return crowd

    def people(self, serial: int = 1) -> People:
        persons = tuple(
            Person(name, roles, (PersonKey(public_line(self.keys[name].public_key)),))
            for name, roles in ROLES.items()
        )
        return People(serial, 2, self.root_lines, persons)

    @property
    def root_lines(self) -> tuple[str, ...]:
        return tuple(public_line(root.public_key) for root in self.roots.values())

    @property
    def judging(self) -> Judging:
        anchor = Anchor(self.root_lines, 2, self.requester_approves)
        daemon = frozenset({self.site.signer.public_key})
        return Judging(anchor, daemon, self.sighted, self.site.clock.now())

    def people_files(self, people: People, *signing_roots: str) -> dict[str, Content]:
        content = render_people(people)
        files: dict[str, Content] = {
            PEOPLE: content,
            ALLOWED_SIGNERS: signers_of(people).text().encode(),
        }
        for name in signing_roots:
            root = self.roots[name]
            armor = signing.sign(root, content, NAMESPACE).encode()
            files[root_signature_path(public_line(root.public_key))] = armor
        return files

    def begin(self) -> Survey:
        files = self.people_files(self.people(), "root-1", "root-2")
        return self.write("ada@plant", files, Message("who may sign"))

    def write(self, who: str, edits: Mapping[str, Content], message: Message = BASE) -> Survey:
        return self.write_with(Pen(who, who, self.keys[who]), edits, message)

    def write_with(self, pen: Pen, edits: Mapping[str, Content], message: Message = BASE) -> Survey:
        with open_any(self.site.git_dir) as repository:
            return approve(repository, pen, edits, message, self.judging)

    def survey(self) -> Survey:
        with open_any(self.site.git_dir) as repository:
            return survey(repository, self.judging)

    def observed(self, path: str) -> Content:
        with open_any(self.site.git_dir) as repository:
            return repository.entry(path)

    def approve_press(self, who: str = "ada@plant", message: Message = BASE) -> Survey:
        return self.write(who, {"plant/press": self.observed("plant/press")}, message)

    def clone(self, who: str, folder: str = "clone") -> Path:
        """Let somebody clone the store with stock git and set it up as docs/approvals.md says."""
        path = self.site.folder / folder
        git("clone", "--quiet", str(self.site.git_dir), str(path))
        key = self.site.folder / who.partition("@")[0]
        for name, value in (
            ("user.name", who),
            ("user.email", who),
            ("gpg.format", "ssh"),
            ("user.signingkey", str(key)),
            ("core.autocrlf", "false"),
        ):
            git("config", name, value, where=path)
        return path

    def lay_in(self, clone: Path) -> None:
        """Bring approved in past the store's door, as whoever can write its files."""
        self.site.git("fetch", "--quiet", str(clone), "approved:approved")

    def rewrite_roles(self, **roles: frozenset[Role]) -> People:
        people = self.people(2)
        changed = tuple(
            replace(one, roles=roles.get(one.principal.partition("@")[0], one.roles))
            for one in people.persons
        )
        return replace(people, persons=changed)
