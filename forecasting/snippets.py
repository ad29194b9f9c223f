"""Code that reads a forecast: it runs as copied, with a token in the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from forecasting.models import PredictionTask
from forecasting.shown import ShownForecast

_PYTHON: Final = """import os, requests

url = "{url}"
r = requests.get(url, headers={{
    "Authorization": "Token " + os.environ["ALMANAC_TOKEN"]}})
r.raise_for_status()
rows = r.json()["results"]  # {count} rows
print(rows[0])"""
_CURL: Final = """curl -sSf -H "Authorization: Token $ALMANAC_TOKEN" \\
  "{url}\""""
_JAVASCRIPT: Final = """const url = "{url}";
const r = await fetch(url, {{
  headers: {{ Authorization: `Token ${{process.env.ALMANAC_TOKEN}}` }} }});
if (!r.ok) throw new Error(await r.text());
const rows = (await r.json()).results; // {count} rows
console.log(rows[0]);"""
LANGUAGES: Final = (
    ("python", "Python", _PYTHON),
    ("curl", "curl", _CURL),
    ("javascript", "JavaScript", _JAVASCRIPT),
)


@dataclass(frozen=True)
class Snippet:
    """One piece of code."""

    name: str
    label: str
    code: str


def all_of(task: PredictionTask, base: str) -> list[Snippet]:
    """The code in every language. `base` is the address of this server, without a slash."""
    url = f"{base}/api/v1/predictions/{task.pk}/results/"
    count = f"{task.horizon * max(1, int(task.receipt.get('series', 1))):,}"
    return [
        Snippet(name, label, template.format(url=url, count=count))
        for name, label, template in LANGUAGES
    ]


def columns(task: PredictionTask) -> list[str]:
    """Names of the columns that come back, apart from the time."""
    bounds = [f"{side}-{level}" for level in task.levels for side in ("lo", "hi")]
    return ["mean", *bounds]


def first_rows(shown: ShownForecast, count: int = 2) -> list[dict[str, Any]]:
    """The first rows that come back, to see their shape."""
    line = shown.line
    if line is None:
        return []
    rows = []
    for step in range(min(count, len(line.times))):
        values = [line.mean[step]]
        for level in shown.task.levels:
            values += [line.lower[level][step], line.upper[level][step]]
        rows.append({"time": shown.task.version.clock.iso_text(line.times[step]), "values": values})
    return rows
