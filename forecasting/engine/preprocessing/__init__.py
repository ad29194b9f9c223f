"""Steps before a model and their way back; every one learns from the rows it is given only."""
