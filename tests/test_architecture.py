"""What every part of the house must keep, whoever builds it."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "config", "datasets", "forecasting", "jobs")
EMPTY_NAMES = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "service",
    "services",
    "core",
}
FETCHING = {"views", "api", "consumers", "tools"}
BANNED_CALLS = {"eval", "exec"}
BANNED_MODULES = {"pickle", "cloudpickle", "dill", "shelve", "marshal"}
BANNED_ATTRIBUTES = {("torch", "load"), ("yaml", "load"), ("pd", "read_pickle"), ("joblib", "load")}


def tracked(*suffixes):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).exists()]


def app_modules():
    return [p for p in tracked(".py") if p.relative_to(ROOT).parts[0] in APPS]


def trees():
    for path in app_modules():
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_no_file_is_longer_than_400_lines():
    code = [p for p in tracked(".py", ".html", ".css", ".js") if "migrations" not in p.parts]
    long = {
        str(p.relative_to(ROOT)): n for p in code if (n := len(p.read_text().splitlines())) > 400
    }
    assert long == {}


def test_every_module_is_named_after_an_idea():
    empty = [
        str(p.relative_to(ROOT))
        for p in app_modules()
        if EMPTY_NAMES & ({p.stem} | set(p.relative_to(ROOT).parts[:-1]))
    ]
    assert empty == []


def test_views_api_and_consumers_fetch_only_through_querysets_and_fetchers():
    found = []
    for path, tree in trees():
        if not FETCHING & {path.stem, path.parent.name}:
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in {"get", "filter", "all", "exclude"}
                and isinstance(node.value, ast.Attribute)
                and node.value.attr == "objects"
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_nothing_unpickles_or_runs_text_as_code():
    found = []
    for path, tree in trees():
        for node in ast.walk(tree):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in BANNED_CALLS:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
            if (
                isinstance(node, ast.Attribute)
                and (getattr(node.value, "id", ""), node.attr) in BANNED_ATTRIBUTES
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {a.name.split(".")[0] for a in node.names} | {
                    getattr(node, "module", "") or ""
                }
                if names & BANNED_MODULES:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {names}")
    assert found == []


def test_a_job_takes_its_row_inside_a_transaction():
    """A test runs inside one, so that only reading the code can tell."""
    found = []
    for path, tree in trees():
        inside = {
            id(node)
            for block in ast.walk(tree)
            if isinstance(block, ast.With) and "atomic" in ast.unparse(block.items[0])
            for node in ast.walk(block)
        }
        # Called by those who opened one.
        inside |= {
            id(node)
            for part in ast.walk(tree)
            if isinstance(part, ast.FunctionDef) and part.name == "_hold"
            for node in ast.walk(part)
        }
        found += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "fence"
            and ast.unparse(node.func.value) != "moves"
            and id(node) not in inside
        ]
    assert found == []


def test_colours_are_written_in_the_token_file_only():
    hexes = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?\b(?!-)")
    found = []
    for path in tracked(".css"):
        if path.name == "tokens.css":
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if hexes.search(re.sub(r"/\*.*?\*/|url\([^)]*\)", "", line)):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []


def test_templates_have_no_inline_script_and_no_foreign_address():
    script = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE)
    handler = re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE)
    foreign = re.compile(r"(?:src|href)=[\"']https?://", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in tracked(".html")
        for match in [
            *script.finditer(path.read_text()),
            *handler.finditer(path.read_text()),
            *foreign.finditer(path.read_text()),
        ]
    ]
    assert found == []


def test_no_third_party_file_is_committed():
    assert [p.name for p in tracked(".min.js", ".min.css", ".woff2")] == []


def modules_after(code):
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", ["config.urls", "config.celery"])
def test_neither_web_nor_worker_parent_imports_torch(module):
    loaded = modules_after(
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings_test'\n"
        f"import django; django.setup(); import {module}\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "import config.celery; config.celery.app.loader.import_default_modules()"
    )
    assert "torch" not in loaded


def test_the_engine_knows_neither_django_nor_the_queue():
    loaded = modules_after("import forecasting.engine")
    assert {"django", "celery", "channels", "rest_framework", "torch", "scipy"} & loaded == set()
