"""Simulated controllers for the tests, the benchmarks and the demo. One folder per family."""
