"""The name of a change: equal for the same change after a crash, different for any other."""

import hashlib
from datetime import UTC, datetime

_DIGITS = 16


def change_id(
    controller_id: str,
    previous_change: str,
    before_sha256: str,
    after_sha256: str,
    taken_at: datetime,
) -> str:
    """Return "<yyyymmdd>-<16 hex>": the UTC day of the poll, and a hash of all five arguments.

    The change before is part of it, so that A→B→A→B are three names. The time of the poll, to the
    microsecond, is part of it, so that a controller cannot choose its answers for two changes to
    share a name; the spool keeps that time over a crash.
    """
    at = taken_at.astimezone(UTC)
    parts = (controller_id, previous_change, before_sha256, after_sha256, at.isoformat())
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return f"{at:%Y%m%d}-{digest.hexdigest()[:_DIGITS]}"
