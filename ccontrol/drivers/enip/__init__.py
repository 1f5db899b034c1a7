"""EtherNet/IP as the families on it share it: frames, a line, a guard, routes, identities.

No family itself: the registry does not list it, and it imports none. What a family adds is its
objects, its list of reads and the meaning of the answers.
"""
