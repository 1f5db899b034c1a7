"""Every figure of the README, one benchmark after the other: `make bench`.

`python -m benchmarks store_commit --controllers 200` runs one of them with its own options.
"""

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The benchmarks: the modules of this folder that have a `main`."""
    texts = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.py"))}
    return [name for name, text in texts.items() if name[0] != "_" and "\ndef main(" in text]


def run(name: str, arguments: list[str]) -> int:
    """Run one benchmark with its own arguments and return its exit code."""
    module = importlib.import_module(f"benchmarks.{name}")
    print(f"\n== {name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
    done: int = module.main(arguments)
    return done


def main() -> int:
    """Run the benchmark that is named first, or all of them; non-zero when one missed its goal."""
    wanted = sys.argv[1:2]
    if wanted and wanted[0] not in names():
        print(f"no benchmark {wanted[0]!r}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    if wanted:
        return run(wanted[0], sys.argv[2:])
    return max([run(name, []) for name in names()], default=0)


if __name__ == "__main__":
    sys.exit(main())
