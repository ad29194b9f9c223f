"""What every answer carries: policies, an id; and what requests may not do."""

import re

import pytest
from django.test import Client, override_settings
from django.utils import translation

from config.settings import MIDDLEWARE

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def policy(response):
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in parts}


def test_the_content_policy_is_the_one_that_was_tried(client):
    assert policy(client.get(LOGIN)) == {
        "default-src": {"'none'"},
        "script-src": {"'self'"},
        "style-src": {"'self'", "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"},
        "style-src-attr": {"'unsafe-inline'"},
        "img-src": {"'self'", "data:", "blob:"},
        "font-src": {"'self'"},
        "connect-src": {"'self'"},
        "manifest-src": {"'self'"},
        "frame-ancestors": {"'none'"},
        "base-uri": {"'none'"},
        "form-action": {"'self'"},
        "object-src": {"'none'"},
    }


@pytest.mark.parametrize("path", [LOGIN, "/health", "/api/v1/auth/me/", "/nothing/", "/admin/"])
def test_every_answer_is_closed_to_frames_sniffing_and_other_sites(client, path):
    answer = client.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "Content-Security-Policy" in answer


@pytest.mark.parametrize("name", ["js/app.js", "mark.svg"])
def test_a_static_file_is_closed_to_sniffing_other_sites_and_scripts_of_its_own(
    client, name, settings, tmp_path
):
    settings.MIDDLEWARE = MIDDLEWARE
    # Tests collect no static files: they are taken from where they lie.
    settings.SERVESTATIC_USE_FINDERS = True
    settings.STATIC_ROOT = tmp_path
    answer = client.get(f"/static/{name}", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Request-ID"]
    assert "Access-Control-Allow-Origin" not in answer
    assert policy(answer)["default-src"] == {"'none'"}
    assert "sandbox" in policy(answer)


def test_no_other_site_may_read_the_api(client):
    answer = client.get("/api/v1/auth/me/", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer


@override_settings(CORS_ALLOWED_ORIGINS=["https://good.example"])
def test_a_named_site_may_and_one_that_only_looks_like_it_may_not(client):
    def allowed(origin):
        answer = client.get("/api/v1/auth/me/", headers={"Origin": origin})
        return answer.get("Access-Control-Allow-Origin")

    assert allowed("https://good.example") == "https://good.example"
    assert allowed("https://good.example.evil.example") is None
    assert allowed("https://evilgood.example") is None


def test_a_foreign_host_name_is_refused(client):
    assert client.get("/health", headers={"Host": "evil.example"}).status_code == 400


def test_each_request_has_an_id_and_a_plain_given_one_is_kept(client):
    assert re.fullmatch("[0-9a-f]{32}", client.get("/health")["X-Request-ID"])
    given = client.get("/health", headers={"X-Request-ID": "proxy-1234"})
    assert given["X-Request-ID"] == "proxy-1234"


@pytest.mark.parametrize("bad", ["short", "x" * 65, "with space1", "<script>alert"])
def test_a_strange_id_is_replaced(client, bad):
    assert client.get("/health", headers={"X-Request-ID": bad})["X-Request-ID"] != bad


def test_pages_follow_the_browsers_language(client):
    page = client.get(LOGIN, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert page["Content-Language"] == "zh-hans"
    assert client.get(LOGIN, headers={"Accept-Language": "xx"})["Content-Language"] == "en"
    translation.activate("en")


@pytest.mark.parametrize("path", ["/nothing/", "/account/nothing/", "/setup/nothing/"])
def test_a_missing_page_is_a_plain_404(client, path):
    assert client.get(path).status_code == 404


def test_a_missing_api_path_answers_json(client):
    answer = client.get("/api/v1/nothing/")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_crash_shows_nothing_but_the_page(client, monkeypatch):
    def crash(user, request):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("accounts.views.sessions.open_sessions", crash)
    from tests.factories import make_user  # noqa: PLC0415

    calm = Client(raise_request_exception=False)
    calm.force_login(make_user())
    answer = calm.get("/account/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
