"""`python -m ccontrol`: the same as the command `ccontrol`."""

from ccontrol.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
