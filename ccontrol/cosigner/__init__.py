"""Who co-signs checkpoints on another host: remembers how long each log was, and refuses less.

Start reading at book (the rule) and server (the door to it). Knows nothing of controllers.
"""
