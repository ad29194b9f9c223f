"""Immutable versions: made, compared, undone, and joined with new rows."""
