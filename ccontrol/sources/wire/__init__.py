"""Packets to engineering acts: link layers, TCP in order, protocols, acts folded into events.

The standard library only, and total: hostile bytes cost a bounded amount of memory and are counted,
never raised. Passwords and their like are passed over where they stand; no error repeats them.
"""
