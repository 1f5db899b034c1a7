"""Controllers that share an address, told apart by the way that an act went. Pure."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ccontrol.attribution.judge import ROUTED
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import EngineeringEvent


@runtime_checkable
class _Routed(Protocol):
    """Options of a family whose controllers sit behind an address: a chassis, a bridge."""

    @property
    def route(self) -> tuple[tuple[int, str], ...]:
        """Port and link of each step."""


def way_to(controller: Controller) -> tuple[str, ...]:
    """Return the configured way to a controller, as in `Target.route`; empty: none is known."""
    options = controller.options
    if not isinstance(options, _Routed):
        return ()
    return tuple(f"{port}/{link}" for port, link in options.route)


def on_its_way(event: EngineeringEvent, there: Sequence[Controller]) -> tuple[Controller, ...]:
    """Return those of several controllers to which an act went; all where its way tells nothing.

    A way that leads to none of them may be one that nobody configured: then it may be any.
    """
    went = event.controller.route
    if not went or event.protocol not in ROUTED:
        return tuple(there)
    return tuple(each for each in there if way_to(each) == went) or tuple(there)
