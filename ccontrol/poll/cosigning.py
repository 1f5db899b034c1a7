"""Asking the cosigners of a site for their word on its newest checkpoint, over HTTP.

What goes on a stick instead is made by the same functions; see `ccontrol checkpoint`.
"""

from http import HTTPStatus
from pathlib import Path

from ccontrol.alerts.line import trusting
from ccontrol.alerts.posting import post
from ccontrol.config.settings import Cosigner
from ccontrol.errors import BadFileError, CosignerError, DeliveryError, SigningError
from ccontrol.model.note_key import NoteKey
from ccontrol.store import checkpoints, durable, log_keeping, merkle, notes, submission
from ccontrol.store.notes import Note
from ccontrol.store.ref_log import HashFile, hashes_path
from ccontrol.store.submission import Submission

ANSWER_S = 10.0
_MOST = 64 * 1024


def submission_for(folder: Path, note: Note, old: int) -> Submission:
    """Return what is handed to a cosigner that signed the log last when it had `old` entries.

    Raises CosignerError when it says that it saw more than there is.
    """
    size = checkpoints.parse(note).size
    if old > size:
        raise CosignerError(
            f"a cosigner has seen {old} entries of this log, and it has {size}: it was cut or "
            "brought back from an older copy"
        )
    subtree = HashFile(hashes_path(folder)).subtree
    return Submission(old, tuple(merkle.consistency_proof(old, size, subtree)), note)


def note_of(body: bytes) -> Note:
    """Return the checkpoint in a request that was written to a file. Raises BadFileError."""
    try:
        return submission.parse(body).note
    except SigningError as error:
        raise BadFileError(f"this is no request for a cosignature: {error}") from error


def keep_cosigned(folder: Path, note: Note, key: NoteKey, answer: str) -> Note:
    """Keep a cosigner's answer with its checkpoint. Raises CosignerError when it does not hold."""
    try:
        found = map(notes.parse_signature, answer.removesuffix("\n").split("\n"))
        whole = checkpoints.joined(note, [each for each in found if each.key_id == key.id])
    except SigningError as error:
        raise CosignerError(f"{key.name} answers with no signature: {error}") from error
    if checkpoints.cosigned(whole, key) is None:
        raise CosignerError(f"{key.name} answers with a signature that does not hold")
    path = log_keeping.cosigned_path(folder, key)
    durable.make_folder(path.parent)
    durable.write_whole(path, whole.text().encode())
    return whole


def ask(cosigner: Cosigner, folder: Path, note: Note) -> Note:
    """Have a checkpoint cosigned over HTTP and keep the answer.

    Raises CosignerError with what the cosigner said against it, and DeliveryError (asking again
    may help) when it could not be asked.
    """
    last = log_keeping.last_cosigned(folder, cosigner.key)
    old = checkpoints.parse(last).size if last else 0
    status, answer = _post(cosigner, submission_for(folder, note, old))
    if status == HTTPStatus.CONFLICT and answer.strip().isdecimal():
        told = checkpoints.size_of(answer.strip())
        status, answer = _post(cosigner, submission_for(folder, note, told))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise DeliveryError(f"{cosigner.key.name}: it answers {status}")
    if status != HTTPStatus.OK:
        said = answer.strip()[:200]
        raise CosignerError(f"{cosigner.key.name} does not cosign: {status} {said!a}")
    return keep_cosigned(folder, note, cosigner.key, answer)


def _post(cosigner: Cosigner, asked: Submission) -> tuple[int, str]:
    answer = post(
        f"{cosigner.url.rstrip('/')}/add-checkpoint",
        asked.body(),
        {"Content-Type": "text/plain"},
        limit_s=ANSWER_S,
        tls=trusting(cosigner.ca_file, None) if cosigner.url.startswith("https:") else None,
        most=_MOST,
    )
    return answer.status, answer.body.decode("utf-8", "replace")
