"""The three ways into the API: browser session (DRF's own), JWT, personal token."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from accounts import tracing
from accounts.jwt import owner_of_access
from accounts.models.secrets import TOKEN_PREFIX, ApiToken
from accounts.models.user import User

if TYPE_CHECKING:
    from rest_framework_simplejwt.tokens import Token

_NOTED_EVERY = timedelta(minutes=1)


class PersonalTokenAuthentication(BaseAuthentication):
    """`Authorization: Token alm_…` (or `Bearer alm_…`); `request.auth` is the ApiToken."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's owner, or None when this is not a personal token.

        Raises AuthenticationFailed for unknown, expired and revoked tokens and deactivated owners.
        """
        secret = _personal_secret(request)
        if secret is None:
            return None
        token = ApiToken.objects.matching(secret).first()
        if token is None:
            raise AuthenticationFailed(
                _(
                    "This token is not valid: it is unknown, expired or revoked. "
                    "Make a new one on your account page."
                ),
                code="token_not_valid",
            )
        _note_use(token)
        tracing.user_id.set(str(token.owner_id))
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Token realm="api"'


class ActiveJWTAuthentication(JWTAuthentication):
    """JWT access tokens, as long as the sign-in they come from has not been revoked."""

    def get_user(self, validated_token: "Token") -> User:  # type: ignore[override]
        """Return the owner; raises AuthenticationFailed when the sign-in has been revoked."""
        user = owner_of_access(validated_token)
        if user is None:
            raise AuthenticationFailed(
                _("This sign-in has ended. Sign in again."), code="token_not_valid"
            )
        tracing.user_id.set(str(user.pk))
        return user


def _personal_secret(request: Request) -> str | None:
    words = get_authorization_header(request).decode("latin-1").split()
    if len(words) != 2:
        return None
    scheme, secret = words
    if scheme.lower() == "token":
        return secret
    is_personal = scheme.lower() == "bearer" and secret.startswith(TOKEN_PREFIX)
    return secret if is_personal else None


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is not None and token.last_used_at >= now - _NOTED_EVERY:
        return
    ApiToken.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _NOTED_EVERY), pk=token.pk
    ).update(last_used_at=now)
