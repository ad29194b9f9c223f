"""Chinese is complete: every string of the sources has its translation, placeholders included."""

import re
from types import SimpleNamespace

import pytest
from django.utils import translation

from config import catalogues

PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}|<(/?\w+)")
# Chinese dates count months; the code gives both.
EITHER = {"month": "month_number"}


def test_no_string_is_without_its_chinese():
    assert catalogues.untranslated(catalogues.root()) == []


def test_every_placeholder_of_a_translation_exists_in_its_source():
    wrong = []
    for message in filter(lambda m: m.id, catalogues.load(catalogues.root())):
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        known = {m.group(0) for text in sources for m in PLACEHOLDER.finditer(text)}
        known |= {f"%({EITHER[n]})s" for n in EITHER if f"%({n})s" in known}
        for text in words:
            used = {m.group(0) for m in PLACEHOLDER.finditer(text or "")}
            # A counter is always given, also where the singular does not show it.
            if used - known and len(sources) == 1:
                wrong.append((message.id, text))
    assert wrong == []


def test_the_catalogue_carries_nothing_that_the_sources_lost():
    root = catalogues.root()
    wanted = {(m.context, str(m.id)) for m in catalogues.template(root) if m.id}
    kept = {(m.context, str(m.id)) for m in catalogues.load(root) if m.id}
    assert kept - wanted == set()


def test_pages_speak_chinese_to_those_who_want_it():
    with translation.override("zh-hans"):
        assert translation.gettext("Home") == "首页"
        assert translation.gettext("Forecasts") == "预测"


@pytest.fixture
def tree(tmp_path):
    """A tiny project with a template and a module."""
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "words.py").write_text(
        "from django.utils.translation import gettext as _, ngettext\n"
        "A = _('Known')\nB = ngettext('%(n)s row', '%(n)s rows', 2)\n"
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text(
        "<div>\n    <p>{% translate 'Added' %}</p>\n  {% blocktranslate trimmed %}\n"
        "      Two\n      lines\n    {% endblocktranslate %}\n</div>"
    )
    return SimpleNamespace(root=tmp_path)


def test_strings_of_modules_and_templates_are_found(tree):
    found = {str(m.id) for m in catalogues.template(tree.root) if m.id}
    assert found == {"Known", "('%(n)s row', '%(n)s rows')", "Added", "Two lines"}


def test_collecting_keeps_what_still_fits_and_counts_what_is_missing(tree):
    catalogue = catalogues.collect(tree.root)
    catalogue.get("Known").string = "已知"
    with catalogues.catalogue_path(tree.root).open("wb") as file:
        catalogues.write_po(file, catalogue)
    catalogues.collect(tree.root)
    assert catalogues.load(tree.root).get("Known").string == "已知"
    assert set(catalogues.untranslated(tree.root)) == {"%(n)s row", "Added", "Two lines"}
