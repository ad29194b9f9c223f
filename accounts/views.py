"""The account page and its parts, the set-up page, and the switches of the top bar."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import sessions, setup
from accounts.api_tokens import issue_token, revoke_token
from accounts.forms import FirstAdminForm, ProfileForm, TokenForm
from accounts.models import ApiToken, User
from accounts.notifying.choices import all_ways, mail_is_set_up, quiet_hours_of
from accounts.requests import AuthenticatedHttpRequest

ALLAUTH_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
THEME_COOKIE = "almanac_theme"
A_YEAR = 365 * 24 * 3600


@never_cache
@require_GET
def account(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Everything a person can set for themselves."""
    return render(request, "accounts/account.html", _page(request))


@require_POST
def save_profile(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Save the profile; htmx sends it on each change."""
    before = (request.user.language, request.user.theme)
    form = ProfileForm(request.POST, instance=request.user)
    if not form.is_valid():
        request.user.refresh_from_db()
        return _part(request, "accounts/_profile.html", status=422, profile=form)
    person = form.save()
    if not request.htmx:
        return redirect("accounts:account")
    answer = _part(request, "accounts/_profile.html", profile=form, is_saved=True)
    if before != (person.language, person.theme):
        answer.headers["HX-Refresh"] = "true"
    return answer


@never_cache
@require_POST
def create_token(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make an API token and show its secret this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _part(request, "accounts/_tokens.html", status=422, token_form=form)
    token, secret = issue_token(
        owner=request.user,
        name=form.cleaned_data["name"],
        scopes=form.scopes(),
        lifetime=form.duration(),
    )
    return _part(request, "accounts/_tokens.html", new_token=token, secret=secret)


@require_POST
def revoke(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Close one of the person's tokens."""
    revoke_token(
        get_object_or_404(ApiToken.objects.for_list(request.user), pk=pk), actor=request.user
    )
    return _done(request, "accounts/_tokens.html")


@require_POST
def end_session(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Sign out one other browser."""
    sessions.end_session(request.user, pk)
    return _done(request, "accounts/_sessions.html")


@require_POST
def end_other_sessions(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    sessions.end_other_sessions(request.user, request)
    return _done(request, "accounts/_sessions.html")


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Switch between light, dark and the device's choice; kept with the person or in a cookie."""
    theme = request.POST.get("theme", "")
    if theme not in User.Theme.values:
        theme = User.Theme.SYSTEM
    if isinstance(request.user, User):
        request.user.theme = theme
        request.user.save(update_fields=["theme", "updated_at"])
    answer = _back(request)
    _remember(answer, THEME_COOKIE, theme)
    return answer


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language; kept with the person or in a cookie."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    if isinstance(request.user, User):
        request.user.language = language
        request.user.save(update_fields=["language", "updated_at"])
    answer = _back(request)
    _remember(answer, settings.LANGUAGE_COOKIE_NAME, language)
    return answer


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first_admin(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first administrator; 404 once one exists, whatever the link."""
    setup.require_open(token)
    form = FirstAdminForm(request.POST or None)
    if not form.is_valid():
        return render(
            request, "accounts/setup.html", {"form": form}, status=422 if form.is_bound else 200
        )
    user = setup.create_first_admin(
        token,
        username=form.cleaned_data["username"],
        email=form.cleaned_data["email"],
        password=form.cleaned_data["password1"],
    )
    login(request, user, backend=ALLAUTH_BACKEND)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _page(request: AuthenticatedHttpRequest, **more: Any) -> dict[str, Any]:
    user = request.user
    return {
        "section": "account",
        "profile": ProfileForm(instance=user),
        "token_form": TokenForm(),
        "tokens": ApiToken.objects.for_list(user),
        "sessions": sessions.open_sessions(user, request),
        "api_sign_ins": sessions.api_sign_ins(user),
        "choices": all_ways(user),
        "quiet": quiet_hours_of(user),
        "mail_is_set_up": mail_is_set_up(),
        **more,
    }


def _part(
    request: AuthenticatedHttpRequest, template: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """One card for htmx, the whole page for a plain form."""
    name = template if request.htmx else "accounts/account.html"
    return render(request, name, _page(request, **more), status=status)


def _done(request: AuthenticatedHttpRequest, template: str) -> HttpResponse:
    return _part(request, template) if request.htmx else redirect("accounts:account")


def _back(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if is_ours else settings.LOGIN_REDIRECT_URL)


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
