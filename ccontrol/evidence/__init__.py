"""What an auditor gets, as tables: population, baseline, changes, approvals, monitoring, measures.

Pure: facts go in, rows come out. Reading the store is `packing`'s, and so is writing a folder.
"""
