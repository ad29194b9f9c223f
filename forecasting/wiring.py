"""What forecasts register with lower apps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forecasting import live
from forecasting.transitions import INSTANT, TRAINING
from jobs.registry import name_kind, register_fragment


def connect() -> None:
    """Live fragments of both kinds of jobs, and what people call them."""
    register_fragment(INSTANT, live.fragment)
    register_fragment(TRAINING, live.fragment)
    name_kind(INSTANT, _("forecast"))
    name_kind(TRAINING, _("training"))
