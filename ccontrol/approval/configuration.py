"""Whether a configurator signed a configuration: a file on `approved`, named by its SHA-256. Pure.

The name is what is signed for; what the file says beside it is for people.
"""

from dataclasses import dataclass

from ccontrol.model.approval import Approvals, Role, SignedCommit

FOLDER = "configuration"


@dataclass(frozen=True, slots=True)
class ConfigurationSigned:
    """How a configuration stands where people are named who may sign one."""

    sha256: str
    by: SignedCommit | None
    """None: nobody signed it."""

    @property
    def words(self) -> str:
        """Say it in one sentence."""
        name = f"the configuration with SHA-256 {self.sha256}"
        if self.by is None:
            return f"{name} is signed by nobody"
        return f"{name} is signed by {self.by.principal}"


def configuration_path(sha256: str) -> str:
    """Return "configuration/<sha256>.toml"."""
    return f"{FOLDER}/{sha256}.toml"


def configuration_signed(approvals: Approvals, sha256: str) -> ConfigurationSigned | None:
    """Return who signed a configuration; None where no person has the role of a configurator."""
    if approvals.people is None or not approvals.people.having(Role.CONFIGURATOR):
        return None
    path = configuration_path(sha256)
    found = (one for one in approvals.commits if path in one.paths)
    return ConfigurationSigned(sha256, next(found, None))
