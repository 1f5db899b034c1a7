"""All tables of a pack, in the order in which they are read."""

from ccontrol.evidence.baseline import baseline
from ccontrol.evidence.chains import chains
from ccontrol.evidence.change_tables import (
    authorizations,
    changes,
    investigations,
    software_sources,
    verification,
)
from ccontrol.evidence.facts import Asset, Facts, Known
from ccontrol.evidence.measures import Measured, exceptions
from ccontrol.evidence.tables import Row, Table
from ccontrol.evidence.unassessed import unassessed
from ccontrol.evidence.watch_tables import access, monitoring, monitoring_gaps, monitoring_items
from ccontrol.logic.printable import printable
from ccontrol.model.aspect import Aspect
from ccontrol.model.unit import field

_POPULATION = (
    *("asset_id", "controller_id", "name", "vendor_family", "order_no", "serial", "fw"),
    *("parent", "zone", "impact", "bcs", "class", "esp", "in_scope_from", "in_scope_until"),
    *("first_seen", "last_read", "in_baseline", "baseline_by", "is_declared"),
)
_REQUIREMENTS = (
    "requirement",
    "words",
    "measure",
    "counted",
    "of",
    "holding",
    "lacking",
    "by_word",
)


def tables(facts: Facts, results: tuple[Measured, ...]) -> tuple[Table, ...]:
    """Return every table."""
    told = chains(facts)
    return (
        requirements(results),
        exceptions(results),
        population(facts),
        baseline(facts),
        changes(told),
        authorizations(facts, told),
        verification(told),
        software_sources(told),
        investigations(told),
        monitoring(facts),
        monitoring_items(facts),
        monitoring_gaps(facts),
        access(facts),
        *unassessed(facts),
    )


def requirements(results: tuple[Measured, ...]) -> Table:
    """Return one row for each requirement, with its denominator."""
    rows: list[Row] = [
        (
            *(one.requirement.id, one.requirement.words, one.requirement.measure),
            *(one.counted, one.of, one.holding, one.lacking, one.told),
        )
        for one in results
    ]
    return Table("requirements", _REQUIREMENTS, tuple(rows))


def population(facts: Facts) -> Table:
    """Return every asset with what its owner said of it and what was read."""
    rows = tuple(_asset(facts, asset) for asset in facts.assets)
    return Table("population", _POPULATION, rows)


def _asset(facts: Facts, asset: Asset) -> Row:
    known = facts.known.get(asset.controller_id)
    watched = facts.monitors.get(asset.controller_id)
    last = [clock.last for clock in watched.clocks if clock.last] if watched else []
    return (
        *(asset.asset_id, asset.controller_id, asset.name, known.family if known else ""),
        _read(known, Aspect.IDENTITY, "order_number", "name"),
        _read(known, Aspect.IDENTITY, "serial"),
        _read(known, Aspect.FIRMWARE, "version", "revision"),
        *(asset.parent, asset.zone, asset.impact, asset.bcs, asset.asset_class, asset.esp),
        *(asset.in_scope_from, asset.in_scope_until, known.first_seen if known else None),
        *(min(last, default=None), known.in_baseline if known else None),
        *(known.baseline_by if known else "", asset.is_declared),
    )


def _read(known: Known | None, aspect: Aspect, *names: str) -> str:
    """Return the first of these fields that a unit of the aspect has; "" when none has."""
    units = () if known is None else sorted(known.state.units.items())
    for name in names:
        for _, one in units:
            if one.unit is not None and one.unit.aspect is aspect:
                value = field(one.unit.fields, name)
                if value is not None:
                    return printable(str(value))
    return ""
