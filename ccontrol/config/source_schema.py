"""[[site.source]]: logs of other sensors that are followed as they grow."""

from typing import Literal

from pydantic import Field

from ccontrol.config.schema import Id, PathText, Table
from ccontrol.config.settings import FollowedLog

_LOG = FollowedLog("", "")


class SourceTable(Table):
    """[[site.source]]: one log, or all that a pattern finds."""

    name: Id
    path: PathText
    format: Literal["auto", "zeek", "suricata"] = "auto"
    look_s: float = Field(_LOG.look_s, ge=0.5, le=3_600)
    stall_s: float = Field(_LOG.stall_s, ge=10, le=31 * 86_400.0)
