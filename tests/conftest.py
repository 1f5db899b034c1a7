"""What holds for every test. Fixtures stand beside those who use them."""

from hypothesis import HealthCheck, settings

# How long an example takes, or is in the making, is the machine's business: a busy one failed laws
# that hold. What has to be fast is measured by a test of its own.
settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("laws")
