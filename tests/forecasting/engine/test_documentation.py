"""The snippets of docs/engine.md, run one after another as a reader would."""

import re
from pathlib import Path

import pytest

from forecasting.engine import registry

PAGE = Path(__file__).resolve().parents[3] / "docs" / "engine.md"


def snippets():
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_every_snippet_of_the_page_runs(monkeypatch):
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    names = {}
    for number, snippet in enumerate(snippets()):
        exec(compile(snippet, f"{PAGE.name} {number}", "exec"), names)  # noqa: S102 -- our own page
    assert names["skill"] < 1
    assert list(names["table"])[:3] == ["unique_id", "ds", "linear"]
    assert names["model"].evaluate(names["dataset"].test_data, names["dataset"].test_labels)["mae"]


@pytest.mark.parametrize("file", ["forecaster.py"])
def test_the_contract_fits_on_a_page(file):
    engine = Path(registry.__file__).parent
    assert len((engine / file).read_text(encoding="utf-8").splitlines()) < 150
