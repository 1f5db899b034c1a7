"""What STEP 7 calls operations and areas: English, and German where it differs. Data only.

Source: STEP 7 "Statement List (STL) for S7-300 and S7-400 Programming", appendices A and B.
"""

from enum import StrEnum


class Spelling(StrEnum):
    """In whose mnemonics a statement list is written; a setting of each STEP 7."""

    ENGLISH = "en"
    GERMAN = "de"

    def operation(self, english: str) -> str:
        """Return what an operation is called."""
        return _GERMAN_OPERATIONS.get(english, english) if self is Spelling.GERMAN else english

    def area(self, english: str) -> str:
        """Return what an area of operands, or a status bit, is called."""
        return _GERMAN_AREAS.get(english, english) if self is Spelling.GERMAN else english


_GERMAN_OPERATIONS = {
    "A": "U", "AN": "UN", "A(": "U(", "AN(": "UN(", "AW": "UW", "AD": "UD",
    "OPN": "AUF", "CDB": "TDB", "CAR": "TAR", "CAW": "TAW", "CAD": "TAD",
    "BEC": "BEB", "BEU": "BEA", "CU": "ZV", "CD": "ZR",
    "SP": "SI", "SE": "SV", "SD": "SE", "SF": "SA",
    "JU": "SPA", "JC": "SPB", "JCN": "SPBN", "JCB": "SPBB", "JNB": "SPBNB", "JBI": "SPBI",
    "JNBI": "SPBIN", "JO": "SPO", "JOS": "SPS", "JZ": "SPZ", "JN": "SPN", "JP": "SPP",
    "JM": "SPM", "JPZ": "SPPZ", "JMZ": "SPMZ", "JUO": "SPU", "JL": "SPL",
}  # fmt: skip
_GERMAN_AREAS = {
    "I": "E", "IB": "EB", "IW": "EW", "ID": "ED", "Q": "A", "QB": "AB", "QW": "AW", "QD": "AD",
    "PIB": "PEB", "PIW": "PEW", "PID": "PED", "PQB": "PAB", "PQW": "PAW", "PQD": "PAD",
    "C": "Z", "BR": "BIE",
}  # fmt: skip

ENGLISH_OPERATIONS = {german: english for english, german in _GERMAN_OPERATIONS.items()}
"""By their German names. SE is a timer in both languages, and another one: know which it is."""
ENGLISH_AREAS = {german: english for english, german in _GERMAN_AREAS.items()}
"""By their German names; as an area none of these means something else in English."""
ONLY_GERMAN = frozenset(ENGLISH_OPERATIONS) - frozenset(_GERMAN_OPERATIONS)
ONLY_ENGLISH = frozenset(_GERMAN_OPERATIONS) - frozenset(ENGLISH_OPERATIONS)
"""Operations that tell which language a statement list is written in."""
