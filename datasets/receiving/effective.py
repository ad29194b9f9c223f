"""Reading options with what a person did not say taken from their settings."""

from __future__ import annotations

from dataclasses import replace

from accounts.models.user import User
from datasets.sniffing.options import ReadingOptions


def effective(options: ReadingOptions, owner: User) -> ReadingOptions:
    """Times that name no zone are taken to be in the owner's."""
    return replace(options, zone=owner.timezone) if options.zone is None else options
