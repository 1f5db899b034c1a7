"""What holds for every test. Fixtures stand beside those who use them."""

import os
import sys

from tests import laws

# Hundreds of processes are started here: where nothing compiled may be kept, each of them compiles
# all of ccontrol anew, and each worker of pytest every test: 32 s of the processor instead of 12.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
laws.register()
