"""What other apps may wait for."""

from django.dispatch import Signal

# Sent with `version` after the transaction that made it; receivers must be quick.
version_ready = Signal()
