"""How an instruction is drawn: its glyph, or the names of its operands in a box. Data only.

Which instruction does what to the power is `logic.ladder.mnemonics`' business. Names of operands as
Rockwell's manuals print them beside the boxes: 1756-RM003 (general), 1756-RM006 (process),
1756-RM007 (motion), 1756-RM095 (safety). An instruction that is not here is drawn as a box without
names, with nothing left out.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from ccontrol.logic.ladder.mnemonics import canonical
from ccontrol.logic.ladder.model import Instruction


class Glyph(Enum):
    """The three ways to draw an instruction."""

    CONTACT = "contact"
    COIL = "coil"
    BOX = "box"


_CONTACTS: Mapping[str, str] = MappingProxyType(
    {
        "XIC": "",
        "XIO": "/",
        "ONS": "ONS",
        "AFI": "AFI",
        "NOP": "NOP",
        "Contact": "",
        "I_Contact": "/",
        "P_Contact": "P",
        "N_Contact": "N",
        "P_Trig": "P",
        "N_Trig": "N",
        "Not": "NOT",
    }
)
_COILS: Mapping[str, str] = MappingProxyType(
    {
        "OTE": "",
        "OTL": "L",
        "OTU": "U",
        "RES": "RES",
        "RET": "RET",
        "JMP": "JMP",
        "TND": "TND",
        "MCR": "MCR",
        "UID": "UID",
        "UIE": "UIE",
        "Coil": "",
        "I_Coil": "/",
        "S_Coil": "S",
        "R_Coil": "R",
        "P_Coil": "P",
        "N_Coil": "N",
    }
)
_TWO = "Source A|Source B"
_TO = "Source|Dest"
_THREE = f"{_TWO}|Dest"
_TIMER = "Timer|Preset|Accum"
_COUNTER = "Counter|Preset|Accum"
_FIFO = "{}|{}|Control|Length|Position"
_AXIS = "Axis|Motion Control"
_GROUP = "Group|Motion Control"
_SYSTEM = "Coordinate System|Motion Control"
_RATES = "Speed|Speed Units|Accel Rate|Accel Units|Decel Rate|Decel Units"
_CURVE = "Profile|Accel Jerk|Decel Jerk|Jerk Units"
_MERGE = "Merge|Merge Speed"
_LOCK = "Lock Position|Lock Direction"

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        # bits
        "OSR": "Storage Bit|Output Bit",
        "OSF": "Storage Bit|Output Bit",
        # timers, counters
        "TON": _TIMER,
        "TOF": _TIMER,
        "RTO": _TIMER,
        "CTU": _COUNTER,
        "CTD": _COUNTER,
        "TONR": "Timer",
        "TOFR": "Timer",
        "RTOR": "Timer",
        "CTUD": "Counter",
        # comparisons
        "EQU": _TWO,
        "NEQ": _TWO,
        "GRT": _TWO,
        "GEQ": _TWO,
        "LES": _TWO,
        "LEQ": _TWO,
        "LIM": "Low Limit|Test|High Limit",
        "LIMIT": "Low Limit|Test|High Limit",
        "MEQ": "Source|Mask|Compare",
        "CMP": "Expression",
        "IsINF": "Source",
        "IsNAN": "Source",
        # arithmetic
        "ADD": _THREE,
        "SUB": _THREE,
        "MUL": _THREE,
        "DIV": _THREE,
        "MOD": _THREE,
        "XPY": "Source X|Source Y|Dest",
        "CPT": "Dest|Expression",
        "SQR": _TO,
        "SQRT": _TO,
        "NEG": _TO,
        "ABS": _TO,
        "SIN": _TO,
        "COS": _TO,
        "TAN": _TO,
        "ASN": _TO,
        "ACS": _TO,
        "ATN": _TO,
        "LN": _TO,
        "LOG": _TO,
        "DEG": _TO,
        "RAD": _TO,
        "TRN": _TO,
        "TOD": _TO,
        "FRD": _TO,
        "SCL": "Scale|Input|Rate|Offset|Dest",
        "SCP": "Input|Input Min|Input Max|Scaled Min|Scaled Max|Output",
        # moves and bits of words
        "MOV": _TO,
        "MVM": "Source|Mask|Dest",
        "BTD": "Source|Source Bit|Dest|Dest Bit|Length",
        "AND": _THREE,
        "OR": _THREE,
        "XOR": _THREE,
        "NOT": _TO,
        "CLR": "Dest",
        "SWPB": "Source|Order Mode|Dest",
        # files and arrays
        "COP": "Source|Dest|Length",
        "CPS": "Source|Dest|Length",
        "FLL": "Source|Dest|Length",
        "FAL": "Control|Length|Position|Mode|Dest|Expression",
        "FSC": "Control|Length|Position|Mode|Expression",
        "AVE": "Array|Dim. to vary|Dest|Control|Length|Position",
        "STD": "Array|Dim. to vary|Dest|Control|Length|Position",
        "SRT": "Array|Dim. to vary|Control|Length|Position",
        "SIZE": "Source|Dim. to vary|Size",
        "BSL": "Array|Control|Source Bit|Length",
        "BSR": "Array|Control|Source Bit|Length",
        "FFL": _FIFO.format("Source", "FIFO"),
        "FFU": _FIFO.format("FIFO", "Dest"),
        "LFL": _FIFO.format("Source", "LIFO"),
        "LFU": _FIFO.format("LIFO", "Dest"),
        "SQI": "Array|Mask|Source|Control|Length|Position",
        "SQO": "Array|Mask|Dest|Control|Length|Position",
        "SQL": "Array|Source|Control|Length|Position",
        "FBC": "Source|Reference|Result|Cmp Control|Length|Position|Result Control|Length|Position",
        "DDT": "Source|Reference|Result|Cmp Control|Length|Position|Result Control|Length|Position",
        "DTR": "Source|Mask|Reference",
        # the program's flow
        "JSR": "Routine Name|Input Count",
        "SBR": "Input Par",
        "JXR": "External Routine Name|Control",
        "FOR": "Routine Name|Index|Initial Value|Terminal Value|Step Size",
        "LBL": "Label Name",
        "EVENT": "Task",
        "SFP": "SFC Routine Name|Target State",
        "SFR": "SFC Routine Name|Step Name",
        "EOT": "Data Bit",
        "IOT": "Update Tag",
        "IIM": "Input Word|Mask|Length",
        "IOM": "Output Word|Mask|Length",
        # messages and the system
        "MSG": "Message Control",
        "GSV": "Class Name|Instance Name|Attribute Name|Dest",
        "SSV": "Class Name|Instance Name|Attribute Name|Source",
        "BTR": "Rack|Group|Module|Control|Data|Length|Continuous",
        "BTW": "Rack|Group|Module|Control|Data|Length|Continuous",
        "PID": "PID|Process Variable|Tieback|Control Variable|PID Master Loop|Inhold Bit"
        "|Inhold Value",
        # text
        "ABL": "Channel|Serial Port Control|Character Count",
        "ACB": "Channel|Serial Port Control|Character Count",
        "ACL": "Channel|Clear Serial Port Read|Clear Serial Port Write",
        "AHL": "Channel|AND Mask|OR Mask|Serial Port Control|Channel Status",
        "ARD": "Channel|Dest|Serial Port Control|String Length|Characters Read",
        "ARL": "Channel|Dest|Serial Port Control|String Length|Characters Read",
        "AWA": "Channel|Source|Serial Port Control|String Length|Characters Sent",
        "AWT": "Channel|Source|Serial Port Control|String Length|Characters Sent",
        "CONCAT": _THREE,
        "DELETE": "Source|Qty|Start|Dest",
        "FIND": "Source|Search|Start|Result",
        "INSERT": "Source A|Source B|Start|Dest",
        "MID": "Source|Qty|Start|Dest",
        "DTOS": _TO,
        "STOD": _TO,
        "RTOS": _TO,
        "STOR": _TO,
        "UPPER": _TO,
        "LOWER": _TO,
        # alarms, phases
        "ALMD": "ALMD|In|ProgAck|ProgReset|ProgDisable|ProgEnable",
        "ALMA": "ALMA|In|ProgAckAll|ProgDisable|ProgEnable",
        "PCMD": "Phase Name|Command|Result",
        "PXRQ": "Phase Instruction|External Request|Data Value",
        "PFL": "Source",
        "PATT": "Phase Name|Result",
        "PDET": "Phase Name",
        "POVR": "Phase Name|Command|Result",
        # motion
        "MSO": _AXIS,
        "MSF": _AXIS,
        "MASD": _AXIS,
        "MASR": _AXIS,
        "MAFR": _AXIS,
        "MDF": _AXIS,
        "MDO": f"{_AXIS}|Drive Output|Drive Units",
        "MDS": f"{_AXIS}|Speed|Speed Units",
        "MAS": f"{_AXIS}|Stop Type|Change Decel|Decel Rate|Decel Units|Change Decel Jerk"
        "|Decel Jerk|Jerk Units",
        "MAH": _AXIS,
        "MAJ": f"{_AXIS}|Direction|{_RATES}|{_CURVE}|{_MERGE}|{_LOCK}",
        "MAM": f"{_AXIS}|Move Type|Position|{_RATES}|{_CURVE}|{_MERGE}|{_LOCK}"
        "|Event Distance|Calculated Data",
        "MAG": "Slave Axis|Master Axis|Motion Control|Direction|Ratio|Slave Counts|Master Counts"
        "|Master Reference|Ratio Format|Clutch|Accel Rate|Accel Units",
        "MCD": f"{_AXIS}|Motion Type|Change Speed|Speed|Change Accel|Accel Rate|Change Decel"
        "|Decel Rate|Change Accel Jerk|Accel Jerk|Change Decel Jerk|Decel Jerk|Speed Units"
        "|Accel Units|Decel Units|Jerk Units",
        "MRP": f"{_AXIS}|Type|Position Select|Position",
        "MCCP": "Motion Control|Cam|Length|Start Slope|End Slope|Cam Profile",
        "MCSV": "Motion Control|Cam Profile|Master Value|Slave Value|Slope Value|Slope Derivative",
        "MAPC": "Slave Axis|Master Axis|Motion Control|Direction|Cam Profile|Slave Scaling"
        "|Master Scaling|Execution Mode|Execution Schedule|Master Lock Position|Cam Lock Position"
        "|Master Reference|Master Direction",
        "MATC": f"{_AXIS}|Direction|Cam Profile|Distance Scaling|Time Scaling|Execution Mode"
        f"|Execution Schedule|{_LOCK}|Instruction Mode",
        "MDAC": "Slave Axis|Master Axis|Motion Control|Motion Type|Master Reference",
        "MAW": f"{_AXIS}|Trigger Condition|Position",
        "MDW": _AXIS,
        "MAR": f"{_AXIS}|Trigger Condition|Windowed Registration|Min Position|Max Position"
        "|Input Number",
        "MDR": f"{_AXIS}|Input Number",
        "MAOC": "Axis|Execution Target|Motion Control|Output|Input|Output Cam|Cam Start Position"
        "|Cam End Position|Output Compensation|Execution Mode|Execution Schedule"
        "|Axis Arm Position|Cam Arm Position|Position Reference",
        "MDOC": "Axis|Execution Target|Motion Control|Disarm Type",
        "MAAT": _AXIS,
        "MRAT": _AXIS,
        "MAHD": f"{_AXIS}|Diagnostic Test|Observed Direction",
        "MRHD": f"{_AXIS}|Diagnostic Test",
        "MGS": f"{_GROUP}|Stop Mode",
        "MGSD": _GROUP,
        "MGSR": _GROUP,
        "MGSP": _GROUP,
        "MCS": f"{_SYSTEM}|Stop Type|Change Decel|Decel Rate|Decel Units|Change Decel Jerk"
        "|Decel Jerk|Jerk Units",
        "MCLM": f"{_SYSTEM}|Move Type|Position|{_RATES}|{_CURVE}|Termination Type|{_MERGE}"
        "|Command Tolerance|Lock Position|Lock Direction|Event Distance|Calculated Data",
        "MCCM": f"{_SYSTEM}|Move Type|Position|Circle Type|Via/Center/Radius|Direction|{_RATES}"
        f"|{_CURVE}|Termination Type|{_MERGE}|Command Tolerance|Lock Position|Lock Direction"
        "|Event Distance|Calculated Data",
        "MCCD": f"{_SYSTEM}|Motion Type|Change Speed|Speed|Speed Units|Change Accel|Accel Rate"
        "|Accel Units|Change Decel|Decel Rate|Decel Units|Change Accel Jerk|Accel Jerk"
        "|Change Decel Jerk|Decel Jerk|Jerk Units|Scope",
        "MCSD": _SYSTEM,
        "MCSR": _SYSTEM,
        "MCT": "Source System|Target System|Motion Control|Orientation|Translation",
        "MCTP": "Source System|Target System|Motion Control|Orientation|Translation"
        "|Transform Direction|Reference Position|Transform Position",
        "MDCC": "Slave System|Master Axis|Motion Control|Master Reference|Nominal Master Velocity",
        # safety
        "ESTOP": "ESTOP|Reset Type|Channel A|Channel B|Circuit Reset|Fault Reset",
        "RIN": "RIN|Reset Type|Channel A|Channel B|Circuit Reset|Fault Reset",
        "ENPEN": "ENPEN|Reset Type|Channel A|Channel B|Circuit Reset|Fault Reset",
        "DIN": "DIN|Reset Type|Channel A|Channel B|Circuit Reset|Fault Reset",
        "ROUT": "ROUT|Feedback Type|Enable|Feedback 1|Feedback 2|Fault Reset",
        "CROUT": "CROUT|Feedback Type|Feedback Reaction Time|Actuate|Feedback 1|Feedback 2"
        "|Input Status|Output Status|Reset",
        "DCS": "DCS|Safety Function|Input Type|Discrepancy Time|Restart Type|Cold Start Type"
        "|Channel A|Channel B|Input Status|Reset",
        "DCST": "DCST|Safety Function|Input Type|Discrepancy Time|Restart Type|Cold Start Type"
        "|Channel A|Channel B|Test Request|Input Status|Reset",
        "DCM": "DCM|Safety Function|Input Type|Discrepancy Time|Channel A|Channel B|Input Status"
        "|Reset",
        "LC": "LC|Reset Type|Channel A|Channel B|Muting Lamp|Circuit Reset|Fault Reset",
    }
)


def glyph(instruction: Instruction) -> tuple[Glyph, str]:
    """Return how an instruction is drawn, and the letters within the glyph.

    A contact or coil with more operands than the one that stands above it is a box: nothing is
    left out.
    """
    op = instruction.op
    if len(instruction.operands) <= 1:
        if op in _CONTACTS:
            return Glyph.CONTACT, _CONTACTS[op]
        if op in _COILS:
            return Glyph.COIL, _COILS[op]
    return Glyph.BOX, op


def operand_names(op: str) -> tuple[str, ...]:
    """Return what the operands of a box are called, in their order; nothing of an unknown one."""
    found = _NAMES.get(canonical(op))
    return tuple(found.split("|")) if found else ()
