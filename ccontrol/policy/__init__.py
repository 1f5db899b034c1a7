"""What a change means. Rules are data (`rules`), applied by `judge`; pure."""
