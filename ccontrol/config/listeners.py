"""From a raw [site.syslog] to what a listener is told."""

from collections.abc import Iterable
from dataclasses import dataclass

from ccontrol.config.faults import Faults, guess, shown
from ccontrol.config.place import Place, Placed, Raw
from ccontrol.config.secrets import Reference
from ccontrol.config.syslog_schema import ListenerTable, PrivateKeyTable, SenderTable
from ccontrol.config.tables import Desk
from ccontrol.model.listening import Listening, Sender

_WAYS = ("udp", "tcp", "tls")


@dataclass(frozen=True, slots=True)
class ListenerReader:
    """Reads the listener of one site."""

    desk: Desk
    ids: frozenset[str]
    """Controllers of the site, those with faults too."""

    def listener(self, raw: Raw, place: Place) -> Listening | None:
        """Return what the listener is told, or None after noting its faults."""
        own = {name: value for name, value in raw.items() if name != "sender"}
        head = self.desk.table(ListenerTable, own, place, siblings=("sender",))
        tables = self.desk.tables(raw, "sender", place, "address")
        found = [self._sender(table, where) for where, table in tables]
        if not found:
            self.desk.faults.add(place.at("sender"), "names nobody who may speak")
        _no_address_twice(tables, self.desk.faults)
        if head is None:
            return None
        return Listening(
            senders=tuple(sender for sender in found if sender is not None),
            **{way: getattr(head, way) or "" for way in _WAYS},
            certificate=self._there(head.certificate, place.at("certificate")),
            key=self._key(head.key, place.at("key")),
            client_ca=self._there(head.client_ca, place.at("client_ca")),
            idle_s=head.idle_s,
        )

    def _sender(self, raw: Raw, place: Place) -> Sender | None:
        table = self.desk.table(SenderTable, raw, place)
        if table is None:
            return None
        if table.controller not in self.ids:
            hint = guess(table.controller, self.ids)
            told = f"no such controller: {shown(table.controller)}{hint}"
            self.desk.faults.add(place.at("controller"), told)
        return Sender(table.address, table.controller)

    def _key(self, table: PrivateKeyTable | None, place: Place) -> str:
        if table is None:
            return ""
        kind = "file" if table.file is not None else "credential"
        return str(self.desk.file(Reference(kind, table.file or table.credential or ""), place))

    def _there(self, named: str | None, place: Place) -> str:
        """Return the path of a file of certificates; when it is not there, that is noted."""
        if named is None:
            return ""
        path = self.desk.at(named)
        if not path.is_file():
            self.desk.missing.add(place, f"{path}: there is no such file")
        return str(path)


def no_port_twice(listeners: Iterable[tuple[Place, Listening]], faults: Faults) -> None:
    """Note every way that another site, or another way, listens on already."""
    seen: dict[tuple[bool, str], Place] = {}
    for place, listening in listeners:
        for way in _WAYS:
            named = getattr(listening, way)
            if not named:
                continue
            where = place.at(way)
            first = seen.setdefault((way == "udp", named), where)
            if first != where:
                faults.add(where, f"{named} is {first}'s")


def _no_address_twice(tables: Iterable[Placed], faults: Faults) -> None:
    """An address is one controller's: else nobody knows whose word it is."""
    seen: dict[object, Place] = {}
    for place, raw in tables:
        first = seen.setdefault(str(raw.get("address")), place)
        if first != place:
            faults.add(place.at("address"), f"is {first}'s; an address speaks for one controller")
