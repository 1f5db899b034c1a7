"""How often a law is attacked: a quarter of its examples in `make test`, all in `make soak`.

Each run draws other examples, so what one misses the next may meet.
"""

from hypothesis import HealthCheck, settings

THOROUGH = "thorough"
_QUICK = "laws"
_USUAL = 100
_FEWEST = 25


def examples(full: int) -> int:
    """Return how many of them are drawn now."""
    is_thorough = settings.get_current_profile_name() == THOROUGH
    return full if is_thorough else max(min(full, _FEWEST), full // 4)


def register() -> None:
    """Make both profiles known, and the quick one the usual one.

    How long an example takes, or is in the making, is the machine's business: a busy one failed
    laws that hold. What has to be fast is measured by a test of its own.
    """
    for name, count in ((_QUICK, _FEWEST), (THOROUGH, _USUAL)):
        settings.register_profile(
            name, max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
    settings.load_profile(_QUICK)
