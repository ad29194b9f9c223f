"""Cells that people change: a draft, its undo, and the version made of it."""
