"""Code that uses a model: in a notebook without this server, and over REST."""

from __future__ import annotations

from typing import Final

from forecasting.models import TrainedModel
from forecasting.registry.archive import stem_of
from forecasting.snippets import Snippet

_NOTEBOOK: Final = """import forecasting.engine as tfb

model = tfb.load("{stem}.zip")
print(model.predict().to_frame())  # or predict(frame)"""
_PYTHON: Final = """import os, requests

url = "{url}"
r = requests.post(url, json={{}}, headers={{
    "Authorization": "Token " + os.environ["ALMANAC_TOKEN"]}})
r.raise_for_status()
series = r.json()["results"]
print(series[0]["ds"][0], series[0]["mean"][0])"""
_CURL: Final = """curl -sSf -X POST -H "Authorization: Token $ALMANAC_TOKEN" \\
  -H "Content-Type: application/json" -d '{{}}' \\
  "{url}\""""
_JAVASCRIPT: Final = """const url = "{url}";
const r = await fetch(url, {{
  method: "POST",
  body: "{{}}",
  headers: {{
    Authorization: `Token ${{process.env.ALMANAC_TOKEN}}`,
    "Content-Type": "application/json" }} }});
if (!r.ok) throw new Error(await r.text());
const series = (await r.json()).results;
console.log(series[0].ds[0], series[0].mean[0]);"""
LANGUAGES: Final = (
    ("notebook", "tfb", _NOTEBOOK),
    ("python", "Python", _PYTHON),
    ("curl", "curl", _CURL),
    ("javascript", "JavaScript", _JAVASCRIPT),
)


def all_of(row: TrainedModel, base: str) -> list[Snippet]:
    """The code in every language. `base` is the address of this server, without a slash."""
    url = f"{base}/api/v1/models/{row.pk}/predict/"
    stem = stem_of(row)
    return [
        Snippet(name, label, template.format(url=url, stem=stem))
        for name, label, template in LANGUAGES
    ]
