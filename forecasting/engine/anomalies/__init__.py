"""Anomalies: rows that a detector did not see coming, joined to events, at a rate people choose."""
