"""Where a change came from. Pure; without positive evidence the answer is unknown."""
