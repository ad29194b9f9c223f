"""JWT sign-ins. Each is a family of refresh tokens of which only the newest is good.

An exchanged refresh token that shows up again was copied: the whole family is closed. A family
also ends with logout, a new password and deactivation, and its access tokens end with it.
"""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts import audit
from accounts.models.secrets import RefreshFamily
from accounts.models.user import User

FAMILY = "family"


@dataclass(frozen=True)
class TokenPair:
    access: str
    refresh: str


def sign_in(user: User) -> TokenPair:
    """Open a new family for this person and return its first pair of tokens."""
    token = RefreshToken.for_user(user)
    family = RefreshFamily.objects.create(
        owner=user,
        current_jti=token["jti"],
        session_hash=user.get_session_auth_hash(),
        expires_at=timezone.now() + token.lifetime,
    )
    return _pair(token, family)


def refresh(raw: str) -> TokenPair:
    """Exchange a refresh token for a new pair; each can be exchanged once.

    Raises AuthenticationFailed for bad, expired and reused tokens and closed families; a reused
    one closes its family.
    """
    presented = _read(raw)
    family = (
        RefreshFamily.objects.alive()
        .select_related("owner")
        .filter(pk=presented.get(FAMILY))
        .first()
    )
    if family is None or not _same_password(family):
        raise _ended()
    token = RefreshToken.for_user(family.owner)
    moved = (
        RefreshFamily.objects.alive()
        .filter(pk=family.pk, current_jti=presented["jti"])
        .update(current_jti=token["jti"], expires_at=timezone.now() + token.lifetime)
    )
    if not moved:
        RefreshFamily.objects.filter(pk=family.pk).revoke()
        audit.record(family.owner, "jwt.refresh_reused", family)
        raise _ended()
    return _pair(token, family)


def sign_out(raw: str) -> None:
    """Close the family of this refresh token; raises AuthenticationFailed for a bad token."""
    RefreshFamily.objects.filter(pk=_read(raw).get(FAMILY)).revoke()


def owner_of_access(token: Token) -> User | None:
    """Return the person of an access token while its family is open, else None."""
    family = (
        RefreshFamily.objects.alive().select_related("owner").filter(pk=token.get(FAMILY)).first()
    )
    return family.owner if family is not None and _same_password(family) else None


def _read(raw: str) -> RefreshToken:
    try:
        return RefreshToken(raw)  # type: ignore[arg-type]  # the stubs want a Token here
    except TokenError as problem:
        raise _ended() from problem


def _same_password(family: RefreshFamily) -> bool:
    return constant_time_compare(family.session_hash, family.owner.get_session_auth_hash())


def _pair(token: RefreshToken, family: RefreshFamily) -> TokenPair:
    token[FAMILY] = str(family.pk)
    access: AccessToken = token.access_token
    return TokenPair(access=str(access), refresh=str(token))


def _ended() -> AuthenticationFailed:
    return AuthenticationFailed(_("This sign-in has ended. Sign in again."), code="token_not_valid")
