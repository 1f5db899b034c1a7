"""TOML to model: every complaint at once, secrets only by reference.

Opens the configuration file and what its secret references name; connects to nothing.
"""
