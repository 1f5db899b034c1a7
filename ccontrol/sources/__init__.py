"""Witnesses beside the poller: packets that passed, and what other sensors wrote down.

Every source yields the same noun, `EngineeringEvent`, and names its own weakness in it. Nothing
here talks to a controller or shares code with what does: a witness must not err with the accused.
"""
