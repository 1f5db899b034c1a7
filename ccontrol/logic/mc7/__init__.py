"""Blocks of a S7-300/400: what their bytes say, as statement list and declarations."""
