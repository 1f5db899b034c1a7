"""The program's commands, each imported only when it is asked for: most calls need one of them."""

from collections.abc import Callable, Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

_COMMANDS = {
    "init": "init",
    "config": "config_check",
    "discover": "discover",
    "enroll": "enroll",
    "pause": "pause",
    "resume": "resume",
    "poll": "poll",
    "run": "run",
    "status": "status",
    "changes": "changes",
    "show": "show",
    "timeline": "timeline",
    "diff": "diff",
    "inventory": "inventory",
    "verify": "verify",
    "capture": "capture",
    "replay": "replay",
    "text": "text",
    "compare": "compare",
    "events": "events",
    "import": "bring_in",
    "restore-kit": "restore_kit",
    "maintain": "maintain",
    "alert": "alert",
    "policy": "policy",
    "behaviour": "behaviour",
    "demo": "demo",
    "sense": "sense",
    "approve": "approve",
    "reject": "reject",
    "investigate": "investigate",
    "emergency": "emergency",
    "window": "window",
    "people": "people",
    "evidence": "evidence",
    "attest": "attest",
    "vault": "vault",
    "checkpoint": "checkpoint",
    "witness": "witness",
    "mirror": "mirror",
    "bundle": "bundle",
    "key": "key",
}
"""Name to module below ccontrol.cli, in the order of --help. Each module holds a `command`, a
function, or a whole `group` of them."""


class Commands(MutableMapping[str, Any]):
    """Commands by name; whoever looks at one imports it. The values are typer's own commands."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 — typer keeps the type to itself
        if name not in self._made:
            self._made[name] = _made(name, _COMMANDS[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:  # noqa: ANN401 — the same
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class LazyGroup(TyperGroup):
    """The program, as typer sees it."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 — typer's own settings
        super().__init__(**settings)
        self.commands = Commands()

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer hides its own Context behind another name
        """Return the names without importing what they stand for."""
        del ctx
        return list(self.commands)


def _made(name: str, module: str) -> Any:  # noqa: ANN401 — typer keeps the type to itself
    found = import_module(f"ccontrol.cli.{module}")
    group: typer.Typer | None = getattr(found, "group", None)
    if group is not None:
        made = typer.main.get_command(group)
    else:
        command: Callable[..., object] = found.command
        alone = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        alone.command(name)(command)
        made = typer.main.get_command(alone)
    made.name = name
    return made
