"""From a raw [site.log] to the settings of the log of ref updates; and what a key's table means."""

from dataclasses import dataclass

from ccontrol.config.log_schema import CosignerTable, LogTable
from ccontrol.config.place import Place, Raw
from ccontrol.config.schema import KeyTable
from ccontrol.config.secrets import Reference
from ccontrol.config.settings import Cosigner, KeyFile, KeyInAgent, LogSettings
from ccontrol.config.tables import Desk
from ccontrol.model.note_key import read_note_key


def key_of(desk: Desk, table: KeyTable, place: Place) -> KeyFile | KeyInAgent:
    """Return where a private key is; a file that is not there is noted."""
    if table.agent is not None:
        return KeyInAgent(desk.at(table.agent), table.public_key or "")
    if table.file is not None:
        return KeyFile(desk.file(Reference("file", table.file), place))
    return KeyFile(desk.file(Reference("credential", table.credential or ""), place))


@dataclass(frozen=True, slots=True)
class LogReader:
    """Reads the log's settings of one site."""

    desk: Desk

    def log(self, raw: Raw, place: Place) -> LogSettings:
        """Return the settings; what has a fault is noted and left out."""
        own = {name: value for name, value in raw.items() if name != "cosigner"}
        head = self.desk.table(LogTable, own, place, siblings=("cosigner",)) or LogTable()
        tables = self.desk.tables(raw, "cosigner", place, "url")
        found = [self._cosigner(table, where) for where, table in tables]
        return LogSettings(
            origin=head.origin,
            key=key_of(self.desk, head.key, place.at("key")) if head.key else None,
            public_key=read_note_key(head.public_key) if head.public_key else None,
            cosigners=tuple(each for each in found if each is not None),
        )

    def _cosigner(self, raw: Raw, place: Place) -> Cosigner | None:
        table = self.desk.table(CosignerTable, raw, place)
        if table is None:
            return None
        ca_file = str(self.desk.at(table.ca_file)) if table.ca_file else ""
        return Cosigner(read_note_key(table.key), table.url, ca_file)
