"""From a raw [site.timestamps] to its settings."""

from dataclasses import dataclass
from pathlib import Path

from ccontrol.config.place import Place, Raw
from ccontrol.config.settings import TimestampSettings
from ccontrol.config.tables import Desk
from ccontrol.config.timestamp_schema import TimestampsTable


@dataclass(frozen=True, slots=True)
class TimestampReader:
    """Reads who stamps the heads of one site."""

    desk: Desk

    def timestamps(self, raw: Raw, place: Place) -> TimestampSettings | None:
        """Return the settings; None without the table, and when it has faults, which are noted."""
        if "timestamps" not in raw:
            return None
        where = place.at("timestamps")
        table = self.desk.table(
            TimestampsTable, self.desk.subtable(raw, "timestamps", place), where
        )
        if table is None:
            return None
        named = where.at("authorities")
        return TimestampSettings(
            url=table.url,
            authorities=tuple(self._there(name, named) for name in table.authorities),
            policy=table.policy,
            ca_file=str(self._there(table.ca_file, where.at("ca_file"))) if table.ca_file else "",
            user=table.user,
            password=table.password,
        )

    def _there(self, name: str, place: Place) -> Path:
        path = self.desk.at(name)
        if not path.is_file():
            self.desk.missing.add(place, f"{path}: there is no such file")
        return path
