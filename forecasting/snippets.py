"""Code that reads a forecast: it runs as copied, with a token in the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from forecasting import exports
from forecasting.models import PredictionTask
from forecasting.naming import PLAIN
from forecasting.shown import ShownForecast

# What an address says for the newest run that has an answer.
LATEST: Final = "latest"
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


def all_of(
    task: PredictionTask, base: str, *, naming: str = "", latest: bool = False
) -> list[Snippet]:
    """The code in every language. `base` is the address of this server, without a slash.

    Columns are called after `naming`; with `latest` the code reads whatever run is the newest.
    """
    said = {"columns": naming if naming != PLAIN else "", "run": LATEST if latest else ""}
    query = urlencode({name: value for name, value in said.items() if value})
    url = f"{base}/api/v1/predictions/{task.first_id if latest else task.pk}/results/"
    url += f"?{query}" if query else ""
    count = f"{task.horizon * max(1, int(task.receipt.get('series', 1))):,}"
    return [
        Snippet(name, label, template.format(url=url, count=count))
        for name, label, template in LANGUAGES
    ]


def first_rows(shown: ShownForecast, naming: str = "", count: int = 2) -> list[dict[str, Any]]:
    """The first rows that come back, to see their shape."""
    if shown.chosen is None:
        return []
    table = exports.table_of(shown, series=shown.series).head(count)
    return exports.rows_of(shown, table, naming)
