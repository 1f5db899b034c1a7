"""Time stamps of RFC 3161: the question to an authority, and whether an answer holds.

The one door of rfc3161-client. It waits for nobody: what asks is `poll.stamping`. What a commit's
own date says beside its stamp is `stamp_times`' to judge.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ccontrol.errors import TimeStampError
from ccontrol.logic.printable import printable, shortened
from ccontrol.store.set_order import with_sorted_certificates

LARGEST = 64 * 1024
"""Bytes of an answer. One with a chain of certificates has some six thousand."""
_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = 0
_NAME_AT_MOST = 200
_OPENSSL_SAYS = re.compile(r"Verify error: ([^\"]{1,200})")
_CERTIFICATES_AT_MOST = 1_024 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent to an authority."""

    body: bytes
    """TimeStampReq in DER: SHA-256, a nonce, and the wish for certificates."""
    nonce: int


@dataclass(frozen=True, slots=True)
class Authorities:
    """Whose time stamps count: certificates that are trusted as they are."""

    pem: bytes
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What an authority vouches for: that this content was there at that time."""

    at: datetime
    accuracy: timedelta
    """The true time lies within so much of `at`; zero where the authority does not say."""
    policy: str
    authority: str
    """Subject of the certificate that signed, as RFC 4514 writes it."""


def question_for(content: bytes) -> Question:
    """Return the question for a time stamp of some content; each has a nonce of its own."""
    builder = rfc3161_client.TimestampRequestBuilder().data(content)
    request = builder.hash_algorithm(rfc3161_client.HashAlgorithm.SHA256).build()
    return Question(request.as_bytes(), request.nonce or 0)


def authorities_of(*paths: Path) -> Authorities:
    """Read whose stamps count, from files in PEM. Raises TimeStampError for what holds nobody."""
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            with path.open("rb") as file:
                found += x509.load_pem_x509_certificates(file.read(_CERTIFICATES_AT_MOST))
        except OSError as error:
            raise TimeStampError(f"{path}: {error.strerror}", hint=_NAME_PEM) from error
        except ValueError as error:
            raise TimeStampError(f"{path}: no certificate in PEM", hint=_NAME_PEM) from error
    # Written anew: what else stands in such a file, a key perhaps, is nobody's business.
    return Authorities(b"".join(one.public_bytes(Encoding.PEM) for one in found), tuple(found))


def checked(
    answer: bytes,
    content: bytes,
    authorities: Authorities,
    *,
    nonce: int | None = None,
    policy: str = "",
) -> TimeStamp:
    """Return what an authority's answer vouches for. Certificates count as of its own time.

    Without `nonce` it may be the answer to any question about this content. Raises TimeStampError
    for whatever else it is.
    """
    if len(answer) > LARGEST:
        raise TimeStampError(f"the answer has more than {LARGEST} bytes")
    try:
        return _checked(with_sorted_certificates(answer), content, authorities, nonce, policy)
    except TimeStampError:
        raise
    except rfc3161_client.VerificationError as error:
        raise TimeStampError(f"it does not hold: {_short(error)}") from error
    except Exception as error:  # others' parser, hostile bytes: it has no class of its own
        raise TimeStampError(f"this is no time stamp: {_short(error)}") from error


def _checked(
    answer: bytes, content: bytes, authorities: Authorities, nonce: int | None, policy: str
) -> TimeStamp:
    found = rfc3161_client.decode_timestamp_response(answer)
    if found.status != _GRANTED:
        said = ", ".join(found.status_string)[:200]
        raise TimeStampError(f"the authority refuses, status {found.status}: {said!a}")
    told = found.tst_info
    imprint = told.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256:
        raise TimeStampError(f"it is over a {imprint.hash_algorithm.dotted_string}, not a SHA-256")
    if imprint.message != sha256(content).digest():
        raise TimeStampError("it is a time stamp of something else")
    if nonce is not None and told.nonce != nonce:
        raise TimeStampError("it is the answer to another question: its nonce differs")
    if policy and told.policy.dotted_string != policy:
        raise TimeStampError(f"it was made under the policy {told.policy.dotted_string}")
    verifier = rfc3161_client.VerifierBuilder(roots=list(authorities.certificates)).build()
    verifier.verify(found, imprint.message)
    return TimeStamp(
        told.gen_time, _accuracy(told.accuracy), told.policy.dotted_string, _signer(found)
    )


def _accuracy(told: rfc3161_client.Accuracy | None) -> timedelta:
    if told is None:
        return timedelta(0)
    return timedelta(
        seconds=told.seconds or 0, milliseconds=told.millis or 0, microseconds=told.micros or 0
    )


def _signer(found: rfc3161_client.TimeStampResponse) -> str:
    (signer,) = found.signed_data.signer_infos
    for der in found.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        named = certificate.issuer, certificate.serial_number
        if named == (signer.issuer, signer.serial_number):
            return shortened(printable(certificate.subject.rfc4514_string()), _NAME_AT_MOST)
    raise TimeStampError("the certificate that signed it is not in it")


def _short(error: Exception) -> str:
    """Return what is wrong; of OpenSSL's stack of errors only that."""
    found = _OPENSSL_SAYS.search(str(error))
    return found[1] if found else str(error)[:300]


_NAME_PEM = "Name files with the certificates of the time stamp authority, in PEM."
