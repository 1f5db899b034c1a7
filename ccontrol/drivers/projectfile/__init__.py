"""Project files that people drop into a folder: seen, found complete, copied. Writes nothing there.

What they say is told by `ccontrol.logic`; what becomes of them by `ccontrol.poll.folders`.
"""
