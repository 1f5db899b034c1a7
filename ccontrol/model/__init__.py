"""The nouns of ccontrol: frozen values that cross its borders.

Nothing here opens, sends, waits or asks the time.
"""
