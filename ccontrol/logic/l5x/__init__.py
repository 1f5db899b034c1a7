"""Rockwell L5X: what Studio 5000 Logix Designer exports, as parts of a program."""
