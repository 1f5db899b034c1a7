"""Asking a time stamp authority over HTTP (RFC 3161, 3.4), and the commit that keeps its stamp.

Whatever the authority sends, it is bounded in bytes and time, and checked before anybody keeps it.
"""

import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

from ccontrol.alerts.line import trusting
from ccontrol.alerts.posting import post
from ccontrol.canonical.stamps import (
    AUTHORITIES,
    CLASS,
    COMMIT_TRAILER,
    PATH_TRAILER,
    TIME_TRAILER,
    stamp_path,
)
from ccontrol.config.settings import TimestampSettings
from ccontrol.errors import DeliveryError, TimeStampError
from ccontrol.poll.pipeline import Line
from ccontrol.store import time_stamp
from ccontrol.store.message import Message
from ccontrol.store.time_stamp import Authorities, TimeStamp

ANSWER_S = 20.0
"""So long an authority may take for everything together."""
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


@dataclass(frozen=True, slots=True)
class Stamped:
    """A time stamp that holds, as it came."""

    answer: bytes
    """TimeStampResp in DER, which `openssl ts -verify` takes."""
    stamp: TimeStamp
    authorities: Authorities


def ask(settings: TimestampSettings, content: bytes) -> Stamped:
    """Have some content stamped. Raises TimeStampError for any answer that does not hold."""
    authorities = time_stamp.authorities_of(*settings.authorities)
    question = time_stamp.question_for(content)
    try:
        answer = post(
            settings.url,
            question.body,
            {**_HEADERS, **_who(settings)},
            limit_s=ANSWER_S,
            tls=trusting(settings.ca_file) if settings.url.startswith("https:") else None,
            most=time_stamp.LARGEST + 1,
        )
    except DeliveryError as error:
        raise TimeStampError(f"the authority could not be asked: {error}") from error
    if not answer.is_ok:
        raise TimeStampError(f"{urlsplit(settings.url).netloc}: it answers {answer.status}")
    policy, nonce = settings.policy, question.nonce
    stamp = time_stamp.checked(answer.body, content, authorities, nonce=nonce, policy=policy)
    return Stamped(answer.body, stamp, authorities)


def keep(line: Line, site: str, commit: str, stamped: Stamped) -> str:
    """Commit the time stamp of a commit; return the new one. What stands there is not replaced."""
    if line.writer.repository.entry(stamp_path(stamped.stamp.at.date())) is not None:
        return ""
    return line.commit_files(*kept_as(site, commit, stamped))


def kept_as(site: str, commit: str, stamped: Stamped) -> tuple[dict[str, bytes], Message]:
    """Return the files and the words with which the time stamp of a commit is committed."""
    path, at = stamp_path(stamped.stamp.at.date()), stamped.stamp.at
    files = {path: stamped.answer, AUTHORITIES: stamped.authorities.pem}
    return files, Message(
        f"time stamp of {at:%Y-%m-%d}: {at:%H:%M:%S} UTC by {stamped.stamp.authority}",
        f"It vouches that the commit {commit} and everything before it was there at that time.",
        (
            ("Class", CLASS),
            ("Site", site),
            (PATH_TRAILER, path),
            (COMMIT_TRAILER, commit),
            (TIME_TRAILER, f"{at:%Y-%m-%dT%H:%M:%SZ}"),
        ),
    )


def _who(settings: TimestampSettings) -> dict[str, str]:
    if settings.password is None:
        return {}
    said = f"{settings.user}:{settings.password.reveal()}".encode()
    return {"Authorization": f"Basic {base64.b64encode(said).decode('ascii')}"}
