"""Has a model become worse than it was? Errors as they arrive, against its own intervals."""
