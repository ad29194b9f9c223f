"""What to check before forecasting: findings that ask for a look, and what would repair them."""

from __future__ import annotations

from dataclasses import dataclass

from datasets.findings import Finding
from datasets.models import Version
from datasets.quality.finding import name_of
from datasets.quality.words import ShownFinding, shown_findings
from datasets.repairs.ignoring import ignored_of
from datasets.repairs.proposing import propose, suggested
from datasets.repairs.recipe import Recipe
from datasets.repairs.registry import STEPS

# What reading noticed and the quality report tells in full.
_TOLD_BY_REPORT = frozenset(
    {"repeated_times", "gaps", "off_grid", "irregular", "constant", "empty_column", "missing",
     "sorted"}
)  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One thing to check. `name` is what to call it when it is kept as it is."""

    title: str
    where: str
    column: str
    remedy: str
    name: str
    count: int


def checks_of(version: Version) -> list[Check]:
    """Those of the quality report that are not for information and that nobody kept."""
    ignored = ignored_of(version.dataset)
    shown = shown_findings(version, version.quality, ignored)
    recipe = propose(version.quality.get("findings", []), ignored)
    return [
        Check(one.title, one.where, one.column, remedy(one, recipe), one.name, one.count)
        for one in shown
        if one.severity != "info" and not one.is_ignored
    ]


def count_of(version: Version) -> int:
    """How many things ask for a look, without making their words (lists ask for many)."""
    ignored = ignored_of(version.dataset)
    asked: int = sum(
        found["severity"] != "info" and name_of(found) not in ignored
        for found in version.quality.get("findings", [])
    )
    told = _told(version)
    noticed = version.profile.get("findings", [])
    rest: int = sum(found["severity"] != "info" and found["code"] not in told for found in noticed)
    return asked + rest


def remedy(finding: ShownFinding, recipe: Recipe) -> str:
    """`Fill gaps: same place in the season`: the step of the proposed recipe that repairs it."""
    proposed = suggested(finding.found, recipe)
    step = STEPS.get(proposed.get("step", ""))
    if step is None:
        return finding.note
    words = step.summary(proposed.get("settings", {}))
    return f"{step.label}: {words}" if words else str(step.label)


def notes_of(version: Version) -> list[Finding]:
    """What was noticed while reading and stands in no report."""
    told = _told(version)
    return [finding for finding in version.findings if finding.code not in told]


def _told(version: Version) -> frozenset[str]:
    return _TOLD_BY_REPORT if version.quality else frozenset()
