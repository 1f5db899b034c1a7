"""Simulated controllers for the tests, the benchmarks and the demo. One folder per family.

What knows no protocol stands here: server.py listens, connection.py takes and answers, delivery.py
sends, mishap.py spoils, request_log.py remembers, background.py runs a server in a thread.
"""
