"""Which configuration is in force, as the audit log names it: by the SHA-256 of its file."""

import hashlib
from pathlib import Path


def configuration_sha256(path: Path) -> str:
    """Return the SHA-256 of the file, empty when it cannot be read any more."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def configuration_in_force(path: Path) -> str:
    """Return the sentence; a file that cannot be read any more is told as that."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f"a configuration is in force whose file cannot be read any more: {error.strerror}"
    return f"the configuration {path.name} with SHA-256 {digest} is in force"
