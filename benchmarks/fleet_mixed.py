"""What watching 1,000 controllers costs, every second one a ControlLogix, the others S7.

The same as `fleet`, with its options and its goals.

    python -m benchmarks.fleet_mixed [--controllers 1000] [--window-s 900] [--glance-s 300]
"""

import sys

from benchmarks import fleet


def main(arguments: list[str]) -> int:
    """Print the figures beside the peer's; 1 when one of them misses its goal."""
    return fleet.main(["--controllers", "1000", "--mixed", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
