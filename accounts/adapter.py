"""How sign-up, sign-in and account mails differ from django-allauth's own ways."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People make their own accounts only where the installation says so."""
        return bool(settings.SIGNUP_OPEN)
