"""What others may wait for."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with `watch` and `anomalies` (a list) after the transaction that wrote what new rows brought;
# never for the history that was judged when the watch was set up. Receivers must be quick.
anomaly_found = Signal()
# Sent with `watch`, `anomalies` (those among the new rows, maybe none) and `series` (the names of
# those that got new rows) after the transaction that judged them.
rows_judged = Signal()
