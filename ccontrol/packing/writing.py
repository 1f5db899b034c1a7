"""The facts of a pack → its folder. The same facts give the same bytes, but for the signature."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path

from ccontrol.canonical.names import encode
from ccontrol.evidence.baseline import baseline_units
from ccontrol.evidence.facts import Asset, Facts
from ccontrol.evidence.measures import Measured, measured, not_verified
from ccontrol.evidence.oscal import assessment_results
from ccontrol.evidence.pack import tables
from ccontrol.evidence.summary import summary
from ccontrol.evidence.tables import Row, Table, csv_bytes
from ccontrol.logic.printable import printable
from ccontrol.model.approval import Anchor
from ccontrol.model.journal import WatchedDay
from ccontrol.packing.facts import Read
from ccontrol.packing.folder import Folder
from ccontrol.packing.population import Given
from ccontrol.packing.workbook import workbook
from ccontrol.store.bundle import write_bundle
from ccontrol.store.layout import APPROVED, BRANCH
from ccontrol.store.message import visible

FORM = "ccontrol/evidence/1"
_HERE = Path(__file__).parent
_README = _HERE / "README.txt"
_DAYS = (
    *("day", "answers", "unanswered", "full_reads", "last_full", "full_unread", "first", "last"),
    *("longest_silence_s", "strengths"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """An asset that an auditor drew, and the request it is for."""

    asset_id: str
    request: str = ""

    @property
    def folder(self) -> str:
        """Where it lies in the pack."""
        return f"{encode(self.request) if self.request else 'assets'}/{encode(self.asset_id)}"


@dataclass(frozen=True, slots=True)
class Cover:
    """What the pack says of itself beside the facts."""

    label: str
    version: str
    """Of ccontrol."""
    daemon: str
    """The principal that signs the history."""
    allowed_signers: str
    """The text of the file; the key of the seal among them, and the roots of people."""
    sealed_by: str
    sealed_as: str
    """By what that one exports, in words."""
    population: Given
    """Which list of assets this pack goes by, and who gave it."""
    anchor: Anchor | None = None
    """What the configuration pins of people; None: nothing."""
    oscal: bool = False


def keep_diff(folder: Folder) -> Callable[[str, str], None]:
    """Return what puts a change's difference into the folder, made harmless line by line."""

    def keep(change_id: str, patch: str) -> None:
        text = "\n".join(map(visible, patch.split("\n")))
        folder.put(f"diffs/{encode(change_id)}.diff", text.encode("utf-8", "replace"))

    return keep


def write_pack(
    folder: Folder, read: Read, samples: tuple[Sample, ...], cover: Cover, git_dir: Path
) -> tuple[Measured, ...]:
    """Write everything but the seal; return what was measured."""
    facts = read.facts
    results = measured(facts)
    whole = tables(facts, results)
    for table in whole:
        folder.put(f"{table.name}.csv", csv_bytes(table))
    folder.put("evidence.xlsx", workbook(whole, printable(cover.label)))
    folder.put("summary.html", summary(facts, results, cover.label).encode())
    if cover.oscal:
        folder.put("oscal/assessment-results.json", assessment_results(facts, results))
    for sample in samples:
        _write_sample(folder, read, whole, sample)
    folder.put("allowed_signers", cover.allowed_signers.encode())
    folder.put("README.txt", _readme(cover.label))
    folder.put("verify.sh", (_HERE / "verify.sh").read_bytes())
    heads = {BRANCH: facts.heads.observed}
    if facts.heads.approved:
        heads[APPROVED] = facts.heads.approved
    with folder.writing("store.bundle") as out:
        write_bundle(git_dir, heads, out)
    folder.put("pack.json", _about(facts, whole, cover))
    return results


def _readme(label: str) -> bytes:
    return f"{printable(label)}\n\n".encode("utf-8", "replace") + _README.read_bytes()


def _write_sample(folder: Folder, read: Read, whole: tuple[Table, ...], sample: Sample) -> None:
    """Write what concerns one asset: its rows of every table, its units, each of its days."""
    asset = next(one for one in read.facts.assets if one.asset_id == sample.asset_id)
    own = [one for one in whole if "asset_id" in one.columns]
    about = [_about_asset(table, asset) for table in own]
    about.append(baseline_units(read.facts, asset))
    rows = tuple(_day_row(day, one) for day, one in read.days.get(asset.controller_id, ()))
    about.append(Table("monitoring_days", _DAYS, rows))
    for table in about:
        folder.put(f"{sample.folder}/{table.name}.csv", csv_bytes(table))


def _about_asset(table: Table, asset: Asset) -> Table:
    """Return an asset's rows; changes and what belongs to them name it by its controller."""
    own = table.about(asset.asset_id)
    if asset.controller_id in {"", asset.asset_id}:
        return own
    other = table.about(asset.controller_id)
    return Table(table.name, table.columns, (*own.rows, *other.rows))


def _day_row(day: date, watched: WatchedDay | None) -> Row:
    if watched is None:
        return (day, *(None,) * (len(_DAYS) - 1))
    weak = " ".join(f"{aspect}={strength}" for aspect, strength in watched.strengths)
    return (
        *(day, watched.answers, watched.unanswered, watched.full_reads, watched.last_full),
        *(watched.full_unread if watched.full_reads else None, watched.first, watched.last),
        *(watched.longest_gap_s, weak),
    )


def _about(facts: Facts, whole: tuple[Table, ...], cover: Cover) -> bytes:
    framework, heads = facts.framework, facts.heads
    about = {
        "form": FORM,
        "site": facts.site,
        "label": cover.label,
        "from": facts.period.since.isoformat(),
        "until": facts.period.until.isoformat(),
        "heads": {"observed": heads.observed, "approved": heads.approved},
        "observed_at": f"{heads.observed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "tree_sha256": heads.tree_sha256,
        "daemon": cover.daemon,
        "people": _people(cover.anchor),
        "sealed_by": cover.sealed_by,
        "sealed_as": cover.sealed_as,
        "population": {
            "sha256": cover.population.sha256,
            "given_by": cover.population.by,
            "given_at": cover.population.at,
        },
        "framework": {
            "id": framework.id,
            "edition": framework.edition,
            "effective_from": framework.effective_from.isoformat(),
            "effective_until": framework.effective_until and framework.effective_until.isoformat(),
            "dates_certain": framework.dates_certain,
            "citation_verified_on": framework.citation_verified_on.isoformat(),
        },
        "rows": {table.name: len(table.rows) for table in whole},
        "not_verified": list(not_verified(facts)),
        "tool": f"ccontrol {cover.version}",
    }
    return json.dumps(about, indent=2, ensure_ascii=True).encode("ascii") + b"\n"


def _people(anchor: Anchor | None) -> dict[str, int | bool] | None:
    if anchor is None:
        return None
    return {
        "roots": len(anchor.roots),
        "threshold": anchor.threshold,
        "requester_approves": anchor.requester_approves,
    }


def samples_of(rows: Iterator[dict[str, str]]) -> tuple[Sample, ...]:
    """Return the sampled assets of the rows of a list, each once for each request."""
    found = [
        Sample((row.get("asset_id") or "").strip(), (row.get("request_id") or "").strip())
        for row in rows
    ]
    return tuple(sorted(set(found), key=lambda one: (one.request, one.asset_id)))
