"""Who may sign what, and what follows for a change: whether it was authorised. Pure."""
