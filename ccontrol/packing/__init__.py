"""Evidence packs as folders: what is read for them from a store, how they are written and sealed.

What stands in their tables is `evidence`'s. Asks no controller, and changes no store.
"""
