"""Many short series at once: one map from all of them, bent towards each series of its own."""
