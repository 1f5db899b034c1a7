"""The engine: when a controller is asked, by which process, and what becomes of the answer.

Holds no protocol (drivers), no meaning (diff, attribution, policy) and no bytes on disk (store).
"""
