"""Two versions of a program → what changed, in an engineer's words. Pure."""
