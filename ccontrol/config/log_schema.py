"""The tables of [site.log]: the log of ref updates, its key, and who co-signs its checkpoints.

How they become settings is `logs`' business.
"""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from ccontrol.config.schema import KeyTable, OptionalPath, PublicKey, Table
from ccontrol.model.note_key import COSIGNER, LOG, read_note_key


def an_address(text: str) -> str:
    """What is asked and answered is signed: plain HTTP cannot forge anything."""
    try:
        url = urlsplit(text)
        sound = url.port != 0 and url.username is None and not (url.query or url.fragment)
    except ValueError as error:
        raise ValueError(f"want a URL: {error}") from error
    if text and not (sound and url.hostname and url.scheme in {"http", "https"}):
        raise ValueError("want http://HOST:PORT or https://HOST, without user, ? and #")
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise ValueError("want a URL of ASCII characters without spaces")
    return text


def _an_origin(text: str) -> str:
    if not all("!" <= char <= "~" and char != "+" for char in text):
        raise ValueError("want a name of ASCII without space and '+', e.g. plant.example/north")
    return text


def _a_cosigner(text: str) -> str:
    key = read_note_key(text)
    if key.kind != COSIGNER:
        raise ValueError(f"{key.name} is a log, not a cosigner")
    return text


def _a_log(text: str) -> str:
    if text and read_note_key(text).kind != LOG:
        raise ValueError("this is the key of a cosigner, not of a log")
    return text


class LogTable(Table):
    """[site.log]: the log of ref updates."""

    origin: Annotated[str, Field(max_length=200), AfterValidator(_an_origin)] = ""
    key: KeyTable | None = None
    public_key: Annotated[str, Field(max_length=400), AfterValidator(_a_log)] = ""


class CosignerTable(Table):
    """[[site.log.cosigner]]: a checkpoint witness on another host."""

    key: Annotated[PublicKey, AfterValidator(_a_cosigner)]
    url: Annotated[str, Field(max_length=500), AfterValidator(an_address)] = ""
    ca_file: OptionalPath = ""
