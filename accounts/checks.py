"""Checks of our own beside Django's: `manage.py check --deploy` refuses what they find."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

SECRET_LENGTH = 50
_CONSOLE = "django.core.mail.backends.console.EmailBackend"


@register(Tags.security, deploy=True)
def check_secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Secrets are long and not one and the same."""
    found: list[CheckMessage] = [
        Error(f"{name} is shorter than {SECRET_LENGTH} characters.", id="accounts.E001")
        for name in ("SECRET_KEY", "JWT_KEY")
        if len(getattr(settings, name, "")) < SECRET_LENGTH
    ]
    if settings.SECRET_KEY == settings.JWT_KEY:
        found.append(Error("SECRET_KEY and JWT_KEY are the same.", id="accounts.E002"))
    return found


@register(Tags.security, deploy=True)
def check_hosts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Hosts are named exactly, and no other site may call us with cookies."""
    found: list[CheckMessage] = []
    if not settings.ALLOWED_HOSTS or any("*" in host for host in settings.ALLOWED_HOSTS):
        found.append(Error("ALLOWED_HOSTS must name the hosts exactly.", id="accounts.E003"))
    if getattr(settings, "CORS_ALLOW_ALL_ORIGINS", False) or any(
        "*" in origin for origin in settings.CORS_ALLOWED_ORIGINS
    ):
        found.append(Error("CORS_ALLOWED_ORIGINS must list origins exactly.", id="accounts.E004"))
    return found


@register(Tags.security, deploy=True)
def check_doors(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The doors close by default."""
    found: list[CheckMessage] = []
    rest = settings.REST_FRAMEWORK
    if rest.get("DEFAULT_PERMISSION_CLASSES") != ["accounts.permissions.SignedInAndScoped"]:
        found.append(Error("The API must deny by default.", id="accounts.E005"))
    if "accounts.middleware.SignInMiddleware" not in settings.MIDDLEWARE:
        found.append(Error("SignInMiddleware is missing: pages are open.", id="accounts.E006"))
    if settings.SIGNUP_OPEN and settings.EMAIL_BACKEND == _CONSOLE:
        found.append(
            Error(
                "Sign-up is open but mails go to the console: set EMAIL_BACKEND.",
                id="accounts.E007",
            )
        )
    return found
