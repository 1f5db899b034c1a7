"""What one controller that never stops sending can make the daemon and its workers hold."""

import pytest

from benchmarks.hostile import LIMITS_MB, MIB, measure

pytestmark = pytest.mark.soak


@pytest.mark.parametrize(
    ("says", "mib", "most_mb"),
    [(says, mib, most) for says, limits in LIMITS_MB.items() for mib, most in limits.items()],
)
def test_one_controller_that_sends_all_it_may_does_not_fill_the_memory(
    says: str, mib: int, most_mb: float
) -> None:
    found = measure(says, mib * MIB, pdu=960)
    assert found.outcome
    assert found.peak_mb - found.before_mb < most_mb
