"""From a raw [[site.alert]] to a channel: one way of sending, and what goes out on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from ccontrol.config.alert_schema import (
    AlertTable,
    MailTable,
    MqttTable,
    ProgramTable,
    SyslogTable,
    TlsTable,
    WebhookTable,
)
from ccontrol.config.faults import guess, shown
from ccontrol.config.place import Place, Raw
from ccontrol.config.secrets import Reference
from ccontrol.config.tables import Desk
from ccontrol.model.alert import (
    Channel,
    ClientCertificate,
    Event,
    Mail,
    Mqtt,
    Program,
    Syslog,
    Way,
    Webhook,
    When,
)
from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Severity

_PORTS = {"tls": 6514, "tcp": 601, "udp": 514}
"""Of RFC 5425, 3195 and 5426."""
_WAYS: Mapping[str, type[BaseModel]] = {
    "syslog": SyslogTable,
    "mail": MailTable,
    "webhook": WebhookTable,
    "mqtt": MqttTable,
    "exec": ProgramTable,
}
_WITH_DETAILS = (Syslog, Program)
"""The others leave the plant's network, or many can read them: unless asked they tell no logic."""


@dataclass(frozen=True, slots=True)
class ChannelReader:
    """Reads the channels of one site."""

    desk: Desk
    ids: frozenset[str]
    """Controllers of the site, those with faults too."""

    def channel(self, raw: Raw, place: Place) -> Channel | None:
        """Return one channel, or None after noting its faults."""
        own = {name: value for name, value in raw.items() if name not in _WAYS}
        head = self.desk.table(AlertTable, own, place, siblings=_WAYS)
        way = self._way(raw, place)
        if head is None or way is None:
            return None
        for name in head.controllers:
            if name not in self.ids:
                told = f"no such controller: {shown(name)}{guess(name, self.ids)}"
                self.desk.faults.add(place.at("controllers"), told)
        if isinstance(way, Syslog) and head.when != "immediate":
            self.desk.faults.add(place.at("when"), "a syslog receiver is told each thing at once")
        details = isinstance(way, _WITH_DETAILS) if head.details is None else head.details
        return Channel(
            name=head.name,
            way=way,
            severity=Severity[head.severity.upper()],
            events=tuple(map(Event, head.events)),
            aspects=tuple(map(Aspect, head.aspects)),
            controllers=head.controllers,
            tags=head.tags,
            when=When(head.when),
            details=details,
            remind_s=head.remind_s,
            timeout_s=head.timeout_s,
            queue_limit=head.queue_limit,
        )

    def _way(self, raw: Raw, place: Place) -> Way | None:
        named = [name for name in _WAYS if name in raw]
        if len(named) != 1:
            said = f"want one table of {', '.join(_WAYS)}; found {', '.join(named) or 'none'}"
            self.desk.faults.add(place, said)
            return None
        (name,) = named
        readers: Mapping[str, Callable[[Raw, Place], Way | None]] = {
            "syslog": self._syslog,
            "mail": self._mail,
            "webhook": self._webhook,
            "exec": self._program,
            "mqtt": self._mqtt,
        }
        return readers[name](self.desk.subtable(raw, name, place), place.at(name))

    def _syslog(self, raw: Raw, place: Place) -> Syslog | None:
        table = self.desk.table(SyslogTable, raw, place)
        if table is None:
            return None
        return Syslog(
            host=table.host,
            port=table.port or _PORTS[table.transport],
            transport=table.transport,
            form=table.form,
            facility=table.facility,
            ca_file=self._ca(table.ca_file, place),
            heartbeat_s=table.heartbeat_s,
            own=self._own(table, place),
        )

    def _mail(self, raw: Raw, place: Place) -> Mail | None:
        table = self.desk.table(MailTable, raw, place)
        if table is None:
            return None
        return Mail(**{**dict(table), "ca_file": self._ca(table.ca_file, place)})

    def _webhook(self, raw: Raw, place: Place) -> Webhook | None:
        table = self.desk.table(WebhookTable, raw, place)
        if table is None:
            return None
        ca_file, own = self._ca(table.ca_file, place), self._own(table, place)
        return Webhook(table.url, table.secret, ca_file, own)

    def _program(self, raw: Raw, place: Place) -> Program | None:
        table = self.desk.table(ProgramTable, raw, place)
        return None if table is None else Program(table.command)

    def _mqtt(self, raw: Raw, place: Place) -> Mqtt | None:
        table = self.desk.table(MqttTable, raw, place)
        if table is None:
            return None
        return Mqtt(
            host=table.host,
            port=table.port,
            security=table.security,
            version=table.version,
            topic=table.topic,
            retain=table.retain,
            user=table.user,
            password=table.password,
            ca_file=self._ca(table.ca_file, place),
            own=self._own(table, place),
        )

    def _own(self, table: TlsTable, place: Place) -> ClientCertificate | None:
        """Return what shows a receiver that it is us, if anything does."""
        if table.cert_file is None or table.client_key is None:
            return None
        named, key = self._pem(table.cert_file, place.at("cert_file")), table.client_key
        reference = (
            Reference("file", key.file)
            if key.file is not None
            else Reference("credential", key.credential or "")
        )
        return ClientCertificate(named, str(self.desk.file(reference, place.at("client_key"))))

    def _ca(self, named: str | None, place: Place) -> str:
        """Return who vouches for a receiver; "" stands for this host's own."""
        return "" if named is None else self._pem(named, place.at("ca_file"))

    def _pem(self, named: str, place: Place) -> str:
        """Return the path of a file of certificates; when it is not there, that is noted."""
        path: Path = self.desk.at(named)
        if not path.is_file():
            self.desk.missing.add(place, f"{path}: there is no such file")
        return str(path)
