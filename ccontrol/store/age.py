"""age (https://age-encryption.org/v1): who can open what is encrypted, and small things at once."""

import pyrage

from ccontrol.errors import StoreError


def recipient_of(text: str) -> pyrage.x25519.Recipient:
    """Return the recipient of a line that starts with age1. Raises StoreError for any other."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise StoreError(
            f"{text!r} is no age recipient ({error})", hint="Name the line that starts with age1."
        ) from error


class Sealer:
    """Encrypts to one recipient; nobody here can open it again."""

    def __init__(self, recipient: str) -> None:
        """Raises StoreError for what is no recipient."""
        self._recipient = recipient_of(recipient)

    def seal(self, plaintext: bytes) -> bytes:
        """Return what stock `age --decrypt` makes the plaintext of."""
        sealed: bytes = pyrage.encrypt(plaintext, [self._recipient])
        return sealed
