"""What mnemonics mean, as data: which are one instruction, each other's opposite, and their roles.

Sources: 1756-RM003 (Logix 5000 general instructions), 1756-RM006 (process), 1756-RM007 (motion),
1756-RM095 (safety); the contacts and coils of SIMATIC SD and of PLCopen TC6 as their readers write
them. The names of operands are `pictures.symbols`' business.
"""

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from ccontrol.logic.ladder.model import Instruction

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "MOVE": "MOV",
        "EQ": "EQU",
        "NE": "NEQ",
        "GT": "GRT",
        "GE": "GEQ",
        "LT": "LES",
        "LE": "LEQ",
    }
)
"""Logix 36 and newer say the first; every file of the corpus with such names is of 36 or later."""

_NAMED = re.compile(r"^\s*\w+\s*(?::=|=>)")
_OPPOSITES = (
    ("XIC", "XIO"),
    ("Contact", "I_Contact"),
    ("Coil", "I_Coil"),
)
OPPOSITES: Mapping[str, str] = MappingProxyType(
    {one: other for pair in _OPPOSITES for one, other in (pair, pair[::-1])}
)
"""The same contact or coil, negated."""


class Role(Enum):
    """What an instruction does to the power that flows through its rung."""

    CONDITION = "condition"
    """Lets it pass or not."""
    COIL = "coil"
    """Writes one bit, and lets it pass."""
    CALL = "call"
    """Runs logic that stands elsewhere."""
    BOX = "box"
    """Does something else, and lets it pass."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONDITIONS = _words(
    "XIC XIO ONS AFI EQU NEQ GRT GEQ LES LEQ LIM LIMIT MEQ CMP IsINF IsNAN "
    "Contact I_Contact P_Contact N_Contact P_Trig N_Trig Not"
)
_COILS = _words("OTE OTL OTU Coil I_Coil S_Coil R_Coil P_Coil N_Coil")
_CALLS = _words("JSR JXR FOR SFR EVENT Call")

_WRITES: Mapping[int, str] = MappingProxyType(
    {
        0: (
            "OTE OTL OTU Coil I_Coil S_Coil R_Coil P_Coil N_Coil CPT "
            "TON TOF RTO CTU CTD RES CLR BSL BSR JSR SFR FOR EVENT MSG PID ALMD ALMA "
            "TONR TOFR RTOR CTUD DEDT SCL "
            "MSO MSF MASD MASR MDO MDF MDS MAFR MAS MAH MAJ MAM MAG MCD MRP MCCP MAPC MATC "
            "MAW MDW MAR MDR MAOC MDOC MGS MGSD MGSR MGSP MCS MCLM MCCM MCCD MCT MCTP MCSD MCSR "
            "MCTO MCPM MDCC MDAC MSG SWPB"
        ),
        1: (
            "OSR OSF MOV MVM ABS SQR SQRT NEG NOT COP CPS FLL TOD FRD DEG RAD SIN COS TAN ASN ACS "
            "ATN LN LOG TRN UPPER LOWER STOD STOR DTOS RTOS FFL LFL SQO FFU LFU"
        ),
        2: "ADD SUB MUL DIV MOD AND OR XOR XPY CONCAT AVE STD SQL",
        3: "MID DELETE BAND FIND FAL",
        4: "INSERT BTD GSV",
    }
)
# Whatever writes nothing of ours to name, or writes in places that differ from use to use.
_OTHERS = _words(
    "NOP RET SBR JMP LBL MCR TND UID UIE SFP PXRQ PCMD PSC PFL PRNP PATT PDET POVR PPD "
    "SSV SIZE SRT FSC FBC DDT DTR SQI BTR BTW IOT IIM IOM ACB ABL ACL AHL ARD ARL AWA AWT "
    "PIDE RMPS POSP SRTP LDLG FGEN TOT D2SD D3SD PI PMUL SCRV SOC UPDN HPF LPF NTCH LDL2 DERV "
    "INTG SEL ESEL SSUM SNEG MUX HLL RLIM MAVE MSTD MINC MAXC DFF JKFF SETD RESD BNOT BOR BXOR "
    "DCS DCST DCM DCSTL DCSTM DCSRT SMAT THRS THRSE TSAM TSSM FSBM CROUT EPMS CBCM CBIM CBSSM "
    "CPM CSM ENPEN ESTOP RIN ROUT LC FPMS AVC MVC MMVC SDI SLS SS1 SS2 SOS SFX SBC"
)

_DESTINATIONS: Mapping[str, int] = MappingProxyType(
    {op: index for index, ops in _WRITES.items() for op in ops.split()}
)
BUILT_IN = frozenset(
    {*_CONDITIONS, *_COILS, *_CALLS, *_OTHERS, *_DESTINATIONS, *ALIASES, *OPPOSITES}
)
"""Every name that is no call of an Add-On Instruction or of a block of the project's own."""


def canonical(op: str) -> str:
    """Return the one name of an instruction that has had several."""
    return ALIASES.get(op, op)


def role(instruction: Instruction) -> Role:
    """Return what it does to the power. A name that nobody knows is a call: an AOI, a block."""
    op = canonical(instruction.op)
    if op in _CONDITIONS or (op == "OSR" and len(instruction.operands) == 1):  # SLC 500's OSR
        return Role.CONDITION
    if op in _COILS:
        return Role.COIL
    if op in _CALLS or op not in BUILT_IN:
        return Role.CALL
    return Role.BOX


def destination(instruction: Instruction) -> str:
    """Return the operand that it drives (a call: what it calls, or its instance), or nothing."""
    op = canonical(instruction.op)
    if op not in BUILT_IN and any(_NAMED.search(one) for one in instruction.operands):
        return op  # a call of an instance by its name: `#Timer.TON(pt := T#5s)`
    index = _DESTINATIONS.get(op, None if op in BUILT_IN else 0)
    if index is None or index >= len(instruction.operands):
        return ""
    return instruction.operands[index]
