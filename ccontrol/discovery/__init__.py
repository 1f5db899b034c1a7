"""Who else stands in the networks that somebody named: strangers are asked for names, no more.

`networks` says which addresses are meant, `sweep` asks them, `standing` holds the answers against
what is configured and what the history knows, `offer` writes the tables for what is new. Nothing
that is found is stored, polled or enrolled: a person decides.
"""
