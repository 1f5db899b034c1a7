"""What other sensors wrote down: Zeek with the ICSNPP parsers, Suricata.

They saw the packets and tell a part: block names, routes, originators are often missing. So every
event of theirs is `partial` and carries codes for what its source cannot see (docs/sources). They
know no MAC addresses. Total: lines that cannot be read are counted, never raised.
"""
