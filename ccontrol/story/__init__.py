"""An incident told as a story: what is known from every source, in one order. Pure.

Start reading at moments (what a story is made of). Where its parts are read is the command line's
business.
"""
