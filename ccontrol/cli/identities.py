"""The vault's identity, which people keep apart, read for one call."""

from pathlib import Path

from ccontrol.errors import BadFileError
from ccontrol.model.secret import Secret

_MARK = "AGE-SECRET-KEY-"


def identity_in(path: Path) -> Secret:
    """Return the identity of a file as `age-keygen` writes it; an empty secret where it has none.

    Raises BadFileError when the file cannot be read.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadFileError(f"{path} cannot be read", hint="Name the identity's file.") from error
    return Secret(next((line for line in lines if line.startswith(_MARK)), ""))
