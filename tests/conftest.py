"""What holds for every test. Fixtures stand beside those who use them."""

import os
import sys

from hypothesis import HealthCheck, settings

# Hundreds of processes are started here: where nothing compiled may be kept, each of them compiles
# all of ccontrol anew, and each worker of pytest every test. That took a third of the whole suite.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes, or is in the making, is the machine's business: a busy one failed laws
# that hold. What has to be fast is measured by a test of its own.
settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("laws")
