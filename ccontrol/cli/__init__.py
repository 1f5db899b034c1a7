"""The command line: one module per command. Judges nothing itself; it asks, shows and explains.

Start reading at app (how a command is found and how it ends) and output (how anything is shown).
"""

from ccontrol.cli.app import main

__all__ = ["main"]
