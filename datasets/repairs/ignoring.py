"""Findings that people looked at and decided to keep as they are."""

from __future__ import annotations

from datasets.models import Dataset

_KEY, _MOST = "ignored_findings", 500


def ignored_of(dataset: Dataset) -> list[str]:
    """Names of the findings that are ignored."""
    return list(dataset.metadata.get(_KEY, []))


def ignore(dataset: Dataset, name: str, *, is_ignored: bool) -> list[str]:
    """Ignore a finding from now on, or look at it again."""
    kept = [one for one in ignored_of(dataset) if one != name]
    if is_ignored:
        kept.append(name[:120])
    dataset.metadata[_KEY] = kept[-_MOST:]
    dataset.save(update_fields=["metadata", "updated_at"])
    return list(dataset.metadata[_KEY])
