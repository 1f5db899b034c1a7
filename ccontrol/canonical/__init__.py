"""The text forms of everything that is kept: states, records, captures, journal, commit messages.

Pure: values in, bytes out, and back. Specified in docs/baseline-format.md.
"""
