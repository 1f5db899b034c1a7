"""What the demo says, and when."""

from pathlib import Path

from ccontrol.cli.output import Tone, say
from ccontrol.clock import Clock


class Narrator:
    """Tells the story, with the seconds since it began."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the story began."""
        return self._clock.monotonic() - self._began

    def chapter(self, text: str) -> None:
        """Begin a part of the story."""
        say()
        say(f"── {self.seconds:3.0f} s ── {text}", Tone.CAUTION)

    def tell(self, text: str) -> None:
        """Say what is happening."""
        say(text)

    def kept(self, promise: str) -> None:
        """Say that something happened as promised."""
        say(f"   ✓ {promise}", Tone.GOOD)

    def shell(self, line: str, output: str, most_lines: int = 24) -> None:
        """Show a command as the reader would type it, and what it printed."""
        say(f"$ {line}", Tone.CAUTION)
        lines = output.rstrip("\n").splitlines()
        if lines:
            say("\n".join(lines[:most_lines]))
        if len(lines) > most_lines:
            say(f"  … {len(lines) - most_lines} more lines", Tone.QUIET)

    def end(self, folder: Path | None) -> None:
        """Say how it ended and what to do next."""
        say()
        say(f"Every promise was kept, in {self.seconds:.0f} s.", Tone.GOOD)
        if folder is not None:
            say(
                f"Everything lies in {folder}: ccontrol --config {folder / 'ccontrol.toml'} changes"
            )
        say("Next: ccontrol init FOLDER --site NAME, and docs/operations.md.")
