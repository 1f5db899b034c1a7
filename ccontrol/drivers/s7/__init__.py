"""Siemens S7-300 and S7-400 over ISO-on-TCP, read only."""
