"""Change control for industrial controllers."""
