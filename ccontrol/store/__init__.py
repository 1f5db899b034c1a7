"""What ccontrol remembers: one signed git repository per site, and the daemon's files beside it.

Start reading at writer (making commits), repository (reading them) and verify (doubting them).
"""
