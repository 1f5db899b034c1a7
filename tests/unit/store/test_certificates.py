"""Several people behind one authority, certified by OpenSSH; git judges beside us."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.people import parse_people, render_people
from ccontrol.errors import SigningError, StoreError, UnreadableStateError
from ccontrol.model.approval import People, PersonKey
from ccontrol.store import signing
from ccontrol.store.approving import Pen
from ccontrol.store.keys import FileSigner, generate, public_line
from ccontrol.store.people import key_of, owner_of, signers_of
from ccontrol.store.people_keys import signer_in
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import START, Site, git, ssh_keygen

WHEN = START + timedelta(hours=1)


@dataclass
class House:
    """A site whose people have certificates of one authority."""

    crowd: Crowd
    ca: FileSigner

    @property
    def folder(self) -> Path:
        return self.crowd.site.folder

    @property
    def people(self) -> People:
        authority = PersonKey(public_line(self.ca.public_key), is_authority=True)
        known = self.crowd.people()
        return replace(known, persons=tuple(replace(o, keys=(authority,)) for o in known.persons))

    def issue(self, name: str, *flags: str, principals: str = "") -> signing.Signer:
        """Have ssh-keygen certify somebody's key; return what signs with it."""
        who = ("-I", name, "-n", principals or f"{name}@plant")
        public = str(self.folder / f"{name}.pub")
        ssh_keygen("-q", "-s", str(self.folder / "ca"), *who, *flags, public)
        return signer_in(self.folder / f"{name}-cert.pub")

    def owner(self, signer: signing.Signer) -> str:
        signing.verify(signing.parse(signing.sign(signer, b"text")), b"text")
        return owner_of(signer.public_key, self.people, WHEN)


@dataclass
class Past:
    """Signs under a certificate that ccontrol would not sign with."""

    key: FileSigner
    public_key: bytes

    def sign(self, content: bytes) -> bytes:
        return self.key.sign(content)


@pytest.fixture
def house(site: Site) -> House:
    return House(Crowd.make(site), generate(site.folder / "ca"))


def test_two_people_of_one_authority_are_told_apart(house: House) -> None:
    assert parse_people(render_people(house.people)) == house.people
    assert house.owner(house.issue("ada")) == "ada@plant"
    assert house.owner(house.issue("bob")) == "bob@plant"


def test_what_they_sign_counts_for_each_and_for_git(house: House) -> None:
    crowd = house.crowd
    files = crowd.people_files(house.people, "root-1", "root-2")
    ada, bob = house.issue("ada"), house.issue("bob")
    crowd.write_with(Pen("", "ada@plant", ada), files)
    press = {"plant/press": crowd.observed("plant/press")}
    found = crowd.write_with(Pen("", "bob@plant", bob), press)
    assert [one.principal for one in found.approvals.commits] == ["ada@plant", "bob@plant"]
    signers = house.folder / "people_signers"
    signers.write_text(signers_of(house.people).text())
    where = ("--git-dir", str(crowd.site.git_dir), "-c", f"gpg.ssh.allowedSignersFile={signers}")
    told = git(*where, "log", "--format=%G? %GS", "approved")
    assert told.split("\n")[:2] == ["G bob@plant", "G ada@plant"]


def test_a_certificate_of_a_stranger_counts_for_nobody(house: House) -> None:
    with pytest.raises(SigningError, match="belongs to nobody"):
        house.owner(house.issue("ada", principals="eve@plant"))


def test_a_certificate_that_names_two_of_them_is_nobodys(house: House) -> None:
    with pytest.raises(SigningError, match="ada@plant and bob@plant"):
        house.owner(house.issue("ada", principals="ada@plant,bob@plant"))


@pytest.mark.parametrize(
    "validity",
    ["20300101000000Z:20310101000000Z", "20400101000000Z:20410101000000Z"],
    ids=["over", "not yet"],
)
def test_a_certificate_counts_within_its_time_only(house: House, validity: str) -> None:
    with pytest.raises(SigningError, match="belongs to nobody"):
        house.owner(house.issue("ada", "-V", validity))


@pytest.mark.parametrize(
    "flags",
    [("-h",), ("-O", "force-command=/bin/true"), ("-O", "source-address=10.0.0.0/8")],
    ids=["host", "force-command", "source-address"],
)
def test_a_certificate_of_a_host_or_with_critical_options_is_refused(
    house: House, flags: tuple[str, ...]
) -> None:
    refused = pytest.raises(SigningError, match=r"is a host's, or has options")
    with refused:
        house.issue("ada", *flags)  # to sign with
    line = (house.folder / "ada-cert.pub").read_text()
    certificate = key_of(" ".join(line.split()[:2]))
    with refused:
        house.owner(Past(FileSigner.load(house.folder / "ada"), certificate))


def test_a_certificate_without_names_counts_for_nobody(house: House) -> None:
    public = str(house.folder / "ada.pub")
    ssh_keygen("-q", "-s", str(house.folder / "ca"), "-I", "ada", public)
    with pytest.raises(SigningError, match="belongs to nobody"):
        house.owner(signer_in(house.folder / "ada-cert.pub"))


def test_an_expired_certificate_cannot_approve(house: House) -> None:
    crowd = house.crowd
    files = crowd.people_files(house.people, "root-1", "root-2")
    crowd.write_with(Pen("", "ada@plant", house.issue("ada")), files)
    late = house.issue("bob", "-V", "20300101000000Z:20310101000000Z")
    press = {"plant/press": crowd.observed("plant/press")}
    with pytest.raises(StoreError, match="belongs to nobody who may sign"):
        crowd.write_with(Pen("", "bob@plant", late), press)


def test_an_authority_is_nobodys_own_key_and_no_root(house: House) -> None:
    (ada, bob, ivy) = house.people.persons
    plain = replace(bob, keys=(PersonKey(public_line(house.ca.public_key)),))
    twice = replace(ada, keys=(*ada.keys, *ada.keys))
    for persons, roots in (
        ((ada, plain, ivy), house.people.roots),
        ((twice, bob, ivy), house.people.roots),
        ((ada, bob, ivy), (*house.people.roots, public_line(house.ca.public_key))),
    ):
        content = render_people(replace(house.people, persons=persons, roots=roots))
        with pytest.raises(UnreadableStateError, match=r"people\.toml: "):
            parse_people(content)
