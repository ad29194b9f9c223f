"""What others may wait for."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with `watch` and `anomalies` (a list) after the transaction that wrote what new rows brought;
# never for the history that was judged when the watch was set up. Receivers must be quick.
anomaly_found = Signal()
