"""A quality report as a file: for a spreadsheet, or for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from typing import Any

from django.utils.text import slugify

from datasets.models import Version
from datasets.quality.report import Report
from datasets.quality.words import shown_findings
from datasets.repairs.proposing import propose, suggested

# A cell that a spreadsheet would run as a formula is led by a quote.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(version: Version, report: Report, ignored: Collection[str]) -> dict[str, Any]:
    """The report with every finding in words of the active language."""
    recipe = propose(report.get("findings", []), ignored)
    facts = ("cells", "checks", "right", "seconds", "sampled", "clean")
    return {
        "version": version.number,
        **{name: report.get(name) for name in facts},
        "findings": [
            {
                "name": one.name,
                "code": one.code,
                "severity": one.severity,
                "column": one.column,
                "key": one.found["column"],
                "count": one.count,
                "title": one.title,
                "where": one.where,
                "detail": one.detail,
                "message": one.sentence,
                "repair": suggested(one.found, recipe) or None,
                "ignored": one.is_ignored,
            }
            for one in shown_findings(version, report, ignored)
        ],
    }


def as_csv(version: Version, report: Report, ignored: Collection[str]) -> str:
    """One line a finding."""
    held = io.StringIO()
    lines = csv.writer(held)
    lines.writerow(["severity", "finding", "column", "where", "count", "repair", "ignored"])
    recipe = propose(report.get("findings", []), ignored)
    for one in shown_findings(version, report, ignored):
        repair = suggested(one.found, recipe).get("step", "") or one.note
        lines.writerow(
            [_safe(cell) for cell in (one.severity, one.title, one.column, one.where)]
            + [one.count, repair, "yes" if one.is_ignored else ""]
        )
    return held.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def file_name(version: Version, kind: str) -> str:
    """A name for the download."""
    return f"{slugify(version.dataset.name) or 'dataset'}-quality-v{version.number}.{kind}"
