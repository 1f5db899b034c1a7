"""Ladder: rungs as trees, their text forms, whatever family they come from."""
