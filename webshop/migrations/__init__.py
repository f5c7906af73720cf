"""Schema changes: one small step per file, its reason in the docstring."""
