"""The frame around every page: icons, styles, places, theme, language."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template, TemplateSyntaxError
from django.urls import reverse

from config.icons import ICONS
from config.stylesheets import STYLESHEETS

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def test_every_icon_asked_for_by_a_template_exists():
    asked = {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', page.read_text(encoding="utf-8"))
    }
    assert asked - ICONS.keys() == set()


def test_an_unknown_icon_is_a_mistake():
    with pytest.raises((KeyError, TemplateSyntaxError)):
        Template('{% icon "no-such-icon" %}').render(Context())


def test_every_stylesheet_is_linked_and_every_link_has_a_stylesheet():
    files = {str(path.relative_to(STATIC / "css")) for path in (STATIC / "css").rglob("*.css")}
    assert files == set(STYLESHEETS)


def test_colours_are_written_in_the_tokens_alone():
    for path in (STATIC / "css").rglob("*.css"):
        if path.name == "tokens.css":
            continue
        text = re.sub(r'url\("data:[^"]*"\)', "", path.read_text(encoding="utf-8"))
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=\s*[;,)])", text), path.name


def test_every_token_that_is_used_is_defined():
    defined = set(re.findall(r"(--[\w-]+):", (STATIC / "css/tokens.css").read_text("utf-8")))
    given_by_pages = {"--at", "--c", "--goal", "--w", "--side"}
    for path in (STATIC / "css").rglob("*.css"):
        used = set(re.findall(r"var\((--[\w-]+)", path.read_text(encoding="utf-8")))
        assert used - defined - given_by_pages == set(), path.name


def test_plotly_is_served_from_the_installed_wheel():
    found = finders.find("vendor/plotly.min.js")
    assert found is not None
    assert Path(found).stat().st_size > 1_000_000
    assert finders.find("vendor/other.js") is None


def test_the_map_style_that_charts_keep_out_is_the_one_of_the_installed_plotly():
    guard = re.search(r"MAP_STYLE = '(\w+)'", (STATIC / "js/plot-style.js").read_text("utf-8"))[1]
    bundle = Path(finders.find("vendor/plotly.min.js")).read_text("utf-8")
    assert f'document.getElementById("{guard}")' in bundle
    assert len(re.findall(r'\.id="\w{64}"', bundle)) == 1


def test_every_word_that_a_script_asks_for_is_in_the_page():
    offered = re.findall(r'data-word="([\w-]+)"', (TEMPLATES / "_words.html").read_text("utf-8"))
    asked = {
        name
        for script in (STATIC / "js").glob("*.js")
        if "words.js" in script.read_text("utf-8")
        for name in re.findall(r"\bword\('([\w-]+)'\)", script.read_text("utf-8"))
    }
    assert asked <= set(offered)


@pytest.mark.django_db
def test_the_current_place_is_marked_and_counted(client, owner):
    client.force_login(owner)
    page = client.get(reverse("jobs:list")).content.decode()
    rail = page[page.index('class="rail"') : page.index("</nav>")]
    assert re.search(r'href="/jobs/" aria-current="page"', rail)
    assert rail.count("aria-current") == 1


@pytest.mark.django_db
def test_a_person_who_may_only_look_has_no_new_button(client, owner):
    owner.role = "viewer"
    owner.save()
    client.force_login(owner)
    assert "new-menu" not in client.get(reverse("jobs:list")).content.decode()


@pytest.mark.django_db
def test_the_page_carries_the_person_s_theme_and_language(client, owner):
    owner.theme, owner.language = "dark", "zh-hans"
    owner.save()
    client.force_login(owner)
    page = client.get(reverse("jobs:list")).content.decode()
    assert '<html lang="zh-Hans" data-theme="dark">' in page


@pytest.mark.django_db
def test_signed_out_the_cookie_decides_the_theme_and_nonsense_is_ignored(client):
    url = reverse("account_login")
    client.cookies["almanac_theme"] = "dark"
    assert 'data-theme="dark"' in client.get(url).content.decode()
    client.cookies["almanac_theme"] = '"><script>'
    page = client.get(url).content.decode()
    assert "data-theme=" not in page[: page.index("<head>")]


@pytest.mark.django_db
def test_signed_out_people_get_error_pages_without_the_frame(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert 'class="rail"' not in page
    assert "<h1>Nothing here</h1>" in page


@pytest.mark.django_db
def test_no_page_has_inline_script_or_handlers(client, owner):
    client.force_login(owner)
    for url in (reverse("jobs:list"), reverse("accounts:account"), "/no/such/page/"):
        page = client.get(url).content.decode()
        assert not re.search(
            r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)", page.replace("application/json", "")
        )
        assert not re.search(r"\son\w+=", page)
        assert "<style" not in page


def test_a_request_broken_before_its_language_was_found_is_answered_in_it(client):
    answer = client.get("/", headers={"host": "evil.example", "accept-language": "zh-CN"})
    assert answer.status_code == 400
    assert "请求" in answer.content.decode()
