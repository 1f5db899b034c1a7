"""German mnemonics and areas of S7's statement list → the English ones. Data.

Both are listed side by side in the reference manual "Statement List (STL) for S7-300 and S7-400
Programming", appendices A and B.
"""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "U": "A",
        "U(": "A(",
        "UN": "AN",
        "UN(": "AN(",
        "UD": "AD",
        "UW": "AW",
        "AUF": "OPN",
        "BEA": "BEU",
        "BEB": "BEC",
        "SA": "SF",
        "SE": "SD",
        "SI": "SP",
        "SV": "SE",
        "SPA": "JU",
        "SPB": "JC",
        "SPBB": "JCB",
        "SPBI": "JBI",
        "SPBIN": "JNBI",
        "SPBN": "JCN",
        "SPBNB": "JNB",
        "SPL": "JL",
        "SPM": "JM",
        "SPMZ": "JMZ",
        "SPN": "JN",
        "SPO": "JO",
        "SPP": "JP",
        "SPPZ": "JPZ",
        "SPS": "JOS",
        "SPU": "JUO",
        "SPZ": "JZ",
        "TAD": "CAD",
        "TAR": "CAR",
        "TAW": "CAW",
        "TDB": "CDB",
        "ZR": "CD",
        "ZV": "CU",
    }
)
"""Instructions. SE means another timer in each language: ask first which language a text is in."""

GERMAN_ONLY = frozenset(ENGLISH) - frozenset(ENGLISH.values())
ENGLISH_ONLY = frozenset(ENGLISH.values()) - frozenset(ENGLISH)

AREAS: Mapping[str, str] = MappingProxyType(
    {
        "E": "I",
        "EB": "IB",
        "EW": "IW",
        "ED": "ID",
        "A": "Q",
        "AB": "QB",
        "AW": "QW",
        "AD": "QD",
        "PE": "PI",
        "PEB": "PIB",
        "PEW": "PIW",
        "PED": "PID",
        "PA": "PQ",
        "PAB": "PQB",
        "PAW": "PQW",
        "PAD": "PQD",
        "Z": "C",
        "BIE": "BR",
    }
)
"""Areas of operands; no German one means something else in English."""
