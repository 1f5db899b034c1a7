"""The text of a file of the configuration: itself, or one of rules that it names."""

from pathlib import Path

from ccontrol.errors import ConfigError, ConfigMissingError

_MAY_READ = "Check its owner and mode; run this as a user who may read it."


def text_of(path: Path, most: int) -> str:
    """Return what a file of at most so many bytes says.

    Raises ConfigMissingError when there is none, ConfigError when it cannot be read as text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise ConfigError(f"{path} is longer than {most:,} bytes")
        return content.decode()
    except FileNotFoundError as error:
        raise ConfigMissingError(f"{path}: there is no such file") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint=_MAY_READ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 from byte {error.start} on") from error
