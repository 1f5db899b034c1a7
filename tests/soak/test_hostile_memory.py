"""What one controller that never stops sending can make the daemon and its workers hold."""

import pytest

from benchmarks.hostile import LIMITS_MB, MIB, measure

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("mib", LIMITS_MB)
@pytest.mark.parametrize("says", ["rubbish", "program"])
def test_one_controller_that_sends_all_it_may_does_not_fill_the_memory(says: str, mib: int) -> None:
    found = measure(says, mib * MIB, pdu=240)
    assert found.outcome
    assert found.peak_mb - found.before_mb < LIMITS_MB[mib]
