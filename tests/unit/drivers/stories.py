"""What the stories of scenes and faults begin with, whatever family they are told of."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Generic, TypeVar

from ccontrol.model.change import Kind as Told

DeviceT = TypeVar("DeviceT")
UNREACHABLE, GARBLED, THROUGH = {"UnreachableError"}, {"GarbledError"}, {""}
"""Classes of the fault that ends a poll; none for one that goes through."""


@dataclass(frozen=True)
class Scene(Generic[DeviceT]):
    """What happens, and what the next FULL poll tells of it."""

    play: Callable[[DeviceT], object]
    changes: dict[str, Told]
    findings: frozenset[str] = frozenset()
    before: Callable[[DeviceT], object] = lambda _: None
    """What happened before the first poll."""


def changed(*units: str) -> dict[str, Told]:
    """Units of which nothing but a change is told."""
    return dict.fromkeys(units, Told.CHANGED)


def the_names(module: ModuleType, kind: Callable[[object], bool]) -> set[str]:
    """What a module itself defines of a kind for others."""
    found = inspect.getmembers(module, kind)
    own = {name for name, one in found if one.__module__ == module.__name__}
    return {name for name in own if not name.startswith("_")}
