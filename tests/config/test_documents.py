"""What the documents promise is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'env_(?:str|int|bool|float|list|secret)\(\s*"([A-Z_]+)"')


def test_every_setting_that_the_code_reads_is_in_the_operations_guide():
    guide = (ROOT / "docs" / "operations.md").read_text()
    read = {
        name
        for app in ("accounts", "config", "datasets", "forecasting", "jobs")
        for path in (ROOT / app).rglob("*.py")
        for name in READ.findall(path.read_text())
    }
    assert len(read) > 30
    assert {name for name in read if f"`{name}`" not in guide} == set()


@pytest.mark.parametrize(
    "document",
    sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("*.md"))
    + sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md")),
)
def test_links_between_documents_lead_somewhere(document):
    path = ROOT / document
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_verb_of_the_documents_is_in_the_makefile():
    verbs = set(re.findall(r"^([a-z][a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        verb
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for line in re.findall(r"`?make ([a-z][a-z -]*)", path.read_text())
        for verb in line.split()
        if verb in {"run", "test", "test-slow", "check", "setup", "messages", "clean", "help"}
        or verb.startswith("bench-")
    }
    assert named <= verbs
