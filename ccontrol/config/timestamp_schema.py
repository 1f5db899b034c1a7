"""The table of [site.timestamps]: the time stamp authority, and who vouches for it."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from ccontrol.config.log_schema import an_address
from ccontrol.config.schema import Line, OptionalPath, PathText, Table
from ccontrol.model.secret import Secret

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,30})){1,30}")


def _an_oid(text: str) -> str:
    if text and _OID.fullmatch(text) is None:
        raise ValueError("want an OID such as 1.3.6.1.4.1.99999.1")
    return text


def _somewhere(text: str) -> str:
    if not text:
        raise ValueError("want the URL of a time stamp authority")
    return text


class TimestampsTable(Table):
    """[site.timestamps]: who stamps the head of each day."""

    url: Annotated[
        str, Field(max_length=500), AfterValidator(an_address), AfterValidator(_somewhere)
    ]
    authorities: tuple[PathText, ...]
    policy: Annotated[str, AfterValidator(_an_oid)] = ""
    ca_file: OptionalPath = ""
    user: Line = ""
    password: Secret | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if not self.authorities:
            raise ValueError("authorities names nobody: a time stamp by anybody proves nothing")
        if ":" in self.user or not self.user.isascii():
            raise ValueError("want a user of ASCII characters without ':'")
        if self.password is not None and not self.user:
            raise ValueError("password without user")
        if self.password is not None and urlsplit(self.url).scheme != "https":
            raise ValueError("a password never goes out in clear; want https://…")
        return self
