"""What mnemonics mean, as data: which are one instruction, each other's opposite, and their roles.

Sources: 1756-RM003 (Logix 5000 general instructions), 1756-RM006 (process), 1756-RM007 (motion),
1756-RM095 (safety); the contacts and coils of SIMATIC SD and of PLCopen TC6 as their readers write
them. The names of operands are `pictures.symbols`' business.
"""

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
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

_CONTRARIES = (
    ("XIC", "XIO"),
    ("EQU", "NEQ"),
    ("GRT GEQ", "LEQ LES"),
    ("OTE OTL", "OTU"),
    ("Contact", "I_Contact"),
    ("P_Contact", "N_Contact"),
    ("Coil S_Coil", "I_Coil R_Coil"),
    ("EQ_Contact", "NE_Contact"),
    ("GT_Contact GE_Contact", "LE_Contact LT_Contact"),
    ("Eq", "Ne"),
    ("Gt Ge", "Le Lt"),
)
CONTRARIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        one: frozenset(others.split())
        for pair in _CONTRARIES
        for ones, others in (pair, pair[::-1])
        for one in ones.split()
    }
)
"""The contacts, coils or comparisons that say the contrary of the same operands."""
_MIRRORS = (
    *(("GRT", "LES"), ("GEQ", "LEQ"), ("Gt", "Lt"), ("Ge", "Le")),
    *(("GT_Contact", "LT_Contact"), ("GE_Contact", "LE_Contact")),
)
MIRRORED: Mapping[str, str] = MappingProxyType(
    {one: other for pair in _MIRRORS for one, other in (pair, pair[::-1])}
)
"""The comparison that says the same of operands that changed places: GRT(A,B) is LES(B,A)."""
KEEPING: Mapping[str, str] = MappingProxyType({"OTE": "OTL", "Coil": "S_Coil"})
"""The coil that does not go when its condition goes, by the one that does."""
SKIPS = frozenset({"TND", "RET", "JMP", "LBL", "MCR", "SUS"})
"""What decides which rungs behind it are executed."""
ONE_SHOTS = frozenset({"ONS", "OSR", "OSF", "P_Contact", "N_Contact", "P_Trig", "N_Trig"})
"""What lets power pass in one scan only."""
INVERTERS = frozenset({"Not"})
"""What turns round whatever power comes to it."""


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


ORDERED = _words("GRT GEQ LES LEQ GT_Contact GE_Contact LT_Contact LE_Contact Gt Ge Lt Le")
"""Comparisons that say the contrary when their operands change places."""
SAME_EITHER_WAY = _words("EQU NEQ ADD MUL AND OR XOR EQ_Contact NE_Contact Eq Ne Add Mul")
"""What does the same when its first two operands change places."""
_CONDITIONS = _words(
    "XIC XIO ONS AFI EQU NEQ GRT GEQ LES LEQ LIM MEQ CMP SQI DTR IsINF IsNAN "
    "Contact I_Contact P_Contact N_Contact P_Trig N_Trig PBox NBox Not Eq Ne Gt Ge Lt Le "
    "Continuation "
    "EQ_Contact NE_Contact GT_Contact GE_Contact LT_Contact LE_Contact"
)
STATELESS = _words(
    "XIC XIO AFI EQU NEQ GRT GEQ LES LEQ LIM MEQ CMP IsINF IsNAN Contact I_Contact "
    "Eq Ne Gt Ge Lt Le EQ_Contact NE_Contact GT_Contact GE_Contact LT_Contact LE_Contact"
)
"""Conditions that do the same wherever they stand among each other."""
_COILS = _words("OTE OTL OTU Coil I_Coil S_Coil R_Coil P_Coil N_Coil Assign")
_CALLS = _words("JSR JXR FOR SFR EVENT Call")

_WRITES: Mapping[int, str] = MappingProxyType(
    {
        0: (
            "OTE OTL OTU Coil I_Coil S_Coil R_Coil P_Coil N_Coil Assign CPT "
            "TON TOF RTO CTU CTD RES CLR BSL BSR SQL SRT JSR SFR FOR EVENT MSG PID ALMD ALMA "
            "TONR TOFR RTOR CTUD "
            "MSO MSF MASD MASR MDO MDF MDS MAFR MAS MAH MAJ MAM MAG MCD MRP MCCP MAPC MATC "
            "MAW MDW MAR MDR MAOC MDOC MGS MGSD MGSR MGSP MCS MCLM MCCM MCCD MCT MCTP MCSD MCSR "
            "MCTO MCPM MDCC MDAC MSG"
        ),
        1: (
            "OSR OSF MOV ABS SQR SQRT NEG NOT COP CPS FLL TOD FRD DEG RAD SIN COS TAN ASN ACS "
            "ATN LN LOG TRN TRUNC UPPER LOWER STOD STOR DTOS RTOS FFL FFU LFL LFU"
        ),
        2: "ADD SUB MUL DIV MOD AND OR XOR XPY CONCAT AVE STD SQO BTD MVM SWPB SIZE",
        3: "MID DELETE INSERT FIND GSV",
        4: "FAL",
    }
)
"""Mnemonics by the operand that they write to, counted from 0."""

# Whatever writes nothing of ours to name, or writes in places that differ from use to use.
_OTHERS = _words(
    "NOP RET SBR JMP LBL MCR TND SUS UID UIE SFP PXRQ PCMD PSC PFL PRNP PATT PDET POVR PPD "
    "SSV FSC FBC DDT BTR BTW IOT IIM IOM ACB ABL ACL AHL ARD ARL AWA AWT "
    "PIDE RMPS POSP SRTP LDLG FGEN TOT D2SD D3SD PI PMUL SCRV SOC UPDN HPF LPF NTCH LDL2 DERV "
    "INTG SEL ESEL SSUM SNEG MUX HLL RLIM MAVE MSTD MINC MAXC DFF JKFF SETD RESD BNOT BOR BXOR "
    "DCS DCST DCM DCSTL DCSTM DCSRT SMAT THRS THRSE TSAM TSSM FSBM CROUT EPMS CBCM CBIM CBSSM "
    "CPM CSM ENPEN ESTOP RIN ROUT LC FPMS AVC MVC MMVC SDI SLS SS1 SS2 SOS SFX SBC"
)

# SIMATIC SD and PLCopen: boxes that are no calls of a block of the project's own.
_SIMATIC = _words(
    "Move Add Sub Mul Div Mod Neg Inc Dec Abs Convert Norm_X Scale_X Round Trunc Connector"
)
_INSTANCES = _words("TON TOF TP TONR CTU CTD CTUD SR RS R_TRIG F_TRIG")
"""IEC's own function blocks, called by an instance: `#Timer.TON`."""

_DESTINATIONS: Mapping[str, int] = MappingProxyType(
    {op: index for index, ops in _WRITES.items() for op in ops.split()}
)
BUILT_IN = frozenset(
    {*_CONDITIONS, *_COILS, *_CALLS, *_OTHERS, *_SIMATIC, *_DESTINATIONS, *ALIASES, *CONTRARIES}
)
"""Every name that is no call of an Add-On Instruction or of a block of the project's own."""

_BOXES = BUILT_IN - _CALLS
_ASSIGNED = re.compile(r"\s*(\w+)\s*(:=|=>)\s*(.*?)\s*", re.DOTALL)


def canonical(op: str) -> str:
    """Return the one name of an instruction that has had several."""
    return ALIASES.get(op, op)


@lru_cache(maxsize=4096)
def name(op: str) -> str:
    """Return its one name, without the template that SIMATIC SD writes in braces behind it."""
    return canonical(op.partition("{")[0].rstrip() or op)


def role(instruction: Instruction) -> Role:
    """Return what it does to the power. A name that nobody knows is a call: an AOI, a block."""
    return _role(instruction.op, len(instruction.operands) == 1)


@lru_cache(maxsize=4096)
def _role(op: str, is_of_one: bool) -> Role:
    op = name(op)
    if op in _CONDITIONS or (op == "OSR" and is_of_one):  # SLC 500's OSR
        return Role.CONDITION
    if op in _COILS:
        return Role.COIL
    if op in _BOXES or op.rpartition(".")[2] in _INSTANCES:
        return Role.BOX
    return Role.CALL


def destination(instruction: Instruction) -> str:
    """Return the operand that it drives (a call: what it calls, or its instance), or nothing."""
    op, operands = name(instruction.op), instruction.operands
    has_sign = "=" in "".join(operands)  # mostly not: spares time
    if has_sign and any(map(_ASSIGNED.fullmatch, operands)):
        return _assigned(op, instruction)
    index = _DESTINATIONS.get(op, None if op in BUILT_IN else 0)
    if index is None or index >= len(operands):
        return ""
    return operands[index]


def _assigned(op: str, instruction: Instruction) -> str:
    """Return what an instruction drives whose operands have names: `out1 => #Level`."""
    if op not in BUILT_IN:
        return op.rpartition(".")[0] or op  # `#Timer.TON`, `"Motor_DB"`
    found = filter(None, map(_ASSIGNED.fullmatch, instruction.operands))
    driven = (one[3] for one in found if one[2] == "=>" or one[1] == "operand")
    return next(filter(None, driven), "")
