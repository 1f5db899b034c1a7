"""Attestation ⇄ TOML, and where it lies on `approved`.

Those of a change stand among the decisions about it, those of an item beside its controller.
"""

import re

from ccontrol.canonical import toml
from ccontrol.canonical.names import encode
from ccontrol.canonical.reading import read_written
from ccontrol.errors import UnreadableStateError
from ccontrol.model.attestation import Attestation, Claim

FORM = 1
DECISION = "attest"
"""The word by which a file among the decisions says that it is one of these."""
_KEYS = (
    "form", "decision", "claim", "change", "controller", "item", "said_at", "done_at", "by",
    "passed", "controls", "differences", "file", "file_sha256", "vendor_hash", "method", "text",
)  # fmt: skip
_ITEM = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,30}")


def folder_of_sayings(attestation: Attestation) -> str:
    """Return the folder in which sayings of this subject are numbered: "<folder>/<nnnn>.toml"."""
    if attestation.claim is not Claim.ITEM:
        return f"decisions/{encode(attestation.change_id)}"
    if _ITEM.fullmatch(attestation.item) is None:
        raise UnreadableStateError(
            f"{attestation.item[:80]!r} is no number of an item, such as 1.1.4"
        )
    return f"attestations/{encode(attestation.controller_id)}/{attestation.item}"


def render_attestation(attestation: Attestation) -> bytes:
    """Return the file."""
    said = attestation
    pairs = (
        ("form", FORM),
        ("decision", DECISION),
        ("claim", said.claim.value),
        ("change", said.change_id or None),
        ("controller", said.controller_id or None),
        ("item", said.item or None),
        ("said_at", said.said_at),
        ("done_at", said.done_at),
        ("by", said.by),
        ("passed", said.passed),
        ("controls", said.controls or None),
        ("differences", said.differences or None),
        ("file", said.file_name or None),
        ("file_sha256", said.file_sha256 or None),
        ("vendor_hash", said.vendor_hash or None),
        ("method", said.method or None),
        ("text", said.text),
    )
    return toml.document(toml.lines(pairs))


def is_attestation(where: str, content: bytes) -> bool:
    """Say whether a file on `approved` is one; it may be another decision about a change."""
    return read_written(where, content).text("decision", "") == DECISION


def parse_attestation(where: str, content: bytes) -> Attestation:
    """Return what a file says. Raises UnreadableStateError when it is none of these."""
    table = read_written(where, content)
    table.require_only(*_KEYS)
    if table.integer("form") != FORM or table.text("decision") != DECISION:
        raise UnreadableStateError(f"{where}: not an attestation that this version knows")
    return Attestation(
        claim=table.word("claim", Claim),
        said_at=table.time("said_at"),
        by=table.text("by"),
        text=table.text("text"),
        change_id=table.text("change", ""),
        controller_id=table.text("controller", ""),
        item=table.text("item", ""),
        done_at=table.time("done_at") if "done_at" in table else None,
        controls=table.texts("controls"),
        passed=table.flag("passed"),
        differences=table.text("differences", ""),
        file_name=table.text("file", ""),
        file_sha256=table.text("file_sha256", ""),
        vendor_hash=table.text("vendor_hash", ""),
        method=table.text("method", ""),
    )
