"""Programs as text and structure, from bytes alone: pure, and free of any store or controller."""
