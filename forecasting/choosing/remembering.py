"""What was read from a version may be remembered: versions never change."""

from __future__ import annotations

from datasets.models import Version


class Kept:
    """A version as a key of a memory; two of the same row are equal."""

    def __init__(self, version: Version) -> None:
        self.version = version

    def __hash__(self) -> int:
        return hash(self.version.pk)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and other.version.pk == self.version.pk
