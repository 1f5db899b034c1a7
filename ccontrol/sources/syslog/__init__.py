"""A syslog listener: what controllers say of themselves, as events and as a watch.

`listener` has the sockets, in a thread of its own; `handing` gives what was heard to whoever keeps
it; everything between them is pure. Only addresses that somebody configured are listened to, and no
name is ever looked up.
"""
