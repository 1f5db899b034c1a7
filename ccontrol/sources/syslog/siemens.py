"""Security events of SIMATIC controllers, by their names. A table, and where names and facts stand.

Sources, and what each is known for:

- S7-1500, ET 200SP, Drive Controller, from firmware V3.1: "Product information about syslog
  messages", A5E53245873-AB (11/2024), chapters 1 (names and meaning), 2 (parameters) and 3
  (APP-NAME); the form of a line is in the system manual S7-1500R/H, A5E41814787-AF (01/2024),
  4.9.11.2: RFC 5424, the name of the event is the message, times are UTC. The product information
  was read in a transcription, the system manual itself.
- CPU 410 Process Automation: system manual A5E31622160-AC (05/2017), 9.3, names and numbers of the
  events, and the keys of the text file in ArcSight's format that it also writes. What stands in a
  frame beside the name is told to customers on request only; here it is read as that format.

What no table row names is kept as text and means nothing.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Final

from ccontrol.model.engineering import Claim, Reach
from ccontrol.sources.acts import OK, UNANSWERED
from ccontrol.sources.syslog.meant import REFUSED, Meant, Row
from ccontrol.sources.syslog.message import Message

MARK: Final = rb"SE_[A-Z]"
"""Every one of these messages holds it."""
_LOCAL, _NETWORK = Reach.LOCAL, Reach.NETWORK
_TOLD: Final = Row("log.reported")
TABLE: Final[Mapping[str, Row]] = {
    "SE_LOCAL_SUCCESSFUL_LOGON": Row("credential.use", OK, _LOCAL),
    "SE_LOCAL_UNSUCCESSFUL_LOGON": Row("credential.use", REFUSED, _LOCAL),
    "SE_NETWORK_SUCCESSFUL_LOGON": Row("credential.use", OK, _NETWORK),
    "SE_NETWORK_UNSUCCESSFUL_LOGON": Row("credential.use", REFUSED, _NETWORK),
    "SE_LOGOFF": Row("credential.end"),
    "SE_DEFAULT_USER_AUTHENTICATION_USED": Row("credential.use"),
    "SE_ACCESS_PWD_ENABLED": Row("config.protection"),
    "SE_ACCESS_PWD_ENSABLED": Row("config.protection"),  # so spelt in the manual of the CPU 410
    "SE_ACCESS_PWD_DISABLED": Row("config.protection"),
    "SE_ACCESS_PWD_CHANGED": Row("config.protection"),
    "SE_ACCESS_GRANTED": Row("credential.use"),
    "SE_ACCESS_DENIED": Row("credential.use", REFUSED),
    "SE_ACCESS_DENIED_NUMBER_OF_CONCURRENT_SESSIONS_EXCEEDED": Row("session.open", REFUSED),
    "SE_CRITICAL_DEVICE_STARTED": _TOLD,
    "SE_CRITICAL_DEVICE_STOPPED": _TOLD,
    "SE_AUDIT_EVENTS_OVERWRITTEN": _TOLD,
    "SE_OPEN_RESOURCE": _TOLD,
    "SE_CLOSE_RESOURCE": _TOLD,
    "SE_DELETE_OBJECT": Row("file.delete"),
    "SE_OBJECT_OPERATION": Row("object.command"),
    "SE_SOFTWARE_INTEGRITY_CHECK_FAILED": Row("firmware.write", REFUSED),
    "SE_SESSION_CLOSED": _TOLD,
    "SE_INVALID_SESSION_ID": _TOLD,
    "SE_BACKUP_STARTED": Row("program.upload", UNANSWERED),
    "SE_BACKUP_SUCCESSFULLY_DONE": Row("program.upload"),
    "SE_BACKUP_FAILED": Row("program.upload", REFUSED),
    "SE_BACKUP_RESTORE_STARTED": Row("program.download", UNANSWERED),
    "SE_BACKUP_RESTORE_FAILED": Row("program.download", REFUSED),
    "SE_BACKUP_RESTORE_SUCCESSFULLY_DONE": Row("program.download"),
    "SE_SECURITY_CONFIGURATION_CHANGED": Row("config.protection"),
    "SE_SESSION_ESTABLISHED": Row("session.open"),
    "SE_CFG_DATA_CHANGED": Row("config.write"),
    "SE_USER_PROGRAM_CHANGED": Row("program.modify"),
    "SE_OPMOD_CHANGED": Row("mode.reported"),
    "SE_FIRMWARE_LOADED": Row("firmware.write"),
    "SE_FIRMWARE_ACTIVATED": Row("firmware.write"),
    "SE_SYSTEMTIME_CHANGED": Row("clock.set"),
    "SE_OPMOD_CHANGE_INITIATED": Row("mode.set", UNANSWERED),
    "SE_RESET_TO_FACTORY": Row("controller.factory-reset"),
    "SE_MEMORY_RESET": Row("memory.reset"),
    "SE_SECURITY_STATE_CHANGE": _TOLD,
    "SE_DEVICE_STARTUP": _TOLD,
    "SE_TIME_SYNCHRONIZATION": _TOLD,
    "SE_DEVICE_CONNECTED": Row("log.reported", OK, _LOCAL),
    "SE_DEVICE_DISCONNECTED": Row("log.reported", OK, _LOCAL),
    "SE_SESSION_TERMINATED": _TOLD,
}
"""A start of the controller, a card or a stick that was plugged in and a change of mode explain
what stands beside them; none of them says that a program was loaded."""
_REACHES: Final = {
    "Display": _LOCAL,
    "PG/HMIComm": _NETWORK,
    "Webserver": _NETWORK,
    "OPCUA-Server": _NETWORK,
}
"""The part of the controller that tells it (APP-NAME), where that says from where it came."""
_FACTS: Final = (
    "checksum", "fct", "functionRight", "FWVersion", "interface", "newState", "oldState",
    "protocolType", "resOper", "resource", "result", "errReason",
)  # fmt: skip
_CEF_FACTS: Final = ("opmod", "protlevel", "reason")
_NAME: Final = re.compile(r"SE_[A-Z_]{3,80}(?![A-Za-z0-9_])")
_CEF: Final = re.compile(r"CEF:\d\|((?:[^|\\]|\\.)*+\|){4}(SE_[A-Z_]{3,80})\|[^|]{0,16}\|(.*)")
_CEF_KEY: Final = re.compile(r"(?:^| )(\w{1,40})=")
_MOST_LOST: Final = 100_000


def read(message: Message) -> Meant | None:
    """Return what a security event means; None for whatever is none, or is not in the table."""
    cef = _CEF.search(message.text)
    if cef is not None:
        return _meant(cef[2], "", _extension(cef[3]), _CEF_FACTS)
    found = _NAME.match(message.text) or _NAME.fullmatch(message.id)
    if found is None:
        return None
    said = {key: value for one in message.elements for key, value in one.parameters}
    return _meant(found[0], message.app, said, _FACTS)


def _meant(name: str, app: str, said: Mapping[str, str], facts: tuple[str, ...]) -> Meant | None:
    row = TABLE.get(name)
    if row is None:
        return None
    reach = row.reach if row.reach is not Reach.UNSAID else _REACHES.get(app, Reach.UNSAID)
    user = said.get("userName", "") or said.get("suser", "")
    is_failed_logon = row.answer == REFUSED and row.action == "credential.use"
    told = [("app", app)] if app else []
    return Meant(
        name=name,
        row=row,
        reach=reach,
        station=_address(said.get("src", "")),
        claims=(Claim("user", user),) if user and not is_failed_logon else (),
        facts=tuple(sorted((*told, *_told(said, facts)))),
        redacted=bool(user) and is_failed_logon,  # people type their password there
        lost=_lost(name, said),
    )


def _told(said: Mapping[str, str], facts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((name, said[name]) for name in facts if said.get(name))


def _lost(name: str, said: Mapping[str, str]) -> int:
    """Return how many messages were overwritten before they could be sent."""
    if name == "SE_AUDIT_EVENTS_OVERWRITTEN":
        return 1  # it does not say how many
    status = said.get("status", "")
    is_count = status.isascii() and status.isdigit() and len(status) < len(str(_MOST_LOST))
    return int(status) if is_count else 0


def _extension(text: str) -> dict[str, str]:
    """Return the keys and values of ArcSight's format; a value goes on until the next key."""
    keys = list(_CEF_KEY.finditer(text))
    ends = [each.start() for each in keys[1:]] + [len(text)]
    return {key[1]: text[key.end() : end] for key, end in zip(keys, ends, strict=True)}


def _address(said: str) -> str:
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return ""
