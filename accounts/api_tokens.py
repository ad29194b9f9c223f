"""Making and revoking personal API tokens, from the page and from the API alike."""

from datetime import timedelta

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models.secrets import ApiToken
from accounts.models.user import User
from accounts.problems import Conflict

MOST_TOKENS = 50


def issue_token(
    *, owner: User, name: str, scopes: list[str], lifetime: timedelta | None
) -> tuple[ApiToken, str]:
    """Return a new token and its secret; raises Conflict above the number a person may have."""
    if ApiToken.objects.for_list(owner).count() >= MOST_TOKENS:
        raise Conflict(
            _("You have %(count)s tokens. Revoke one before making another.")
            % {"count": MOST_TOKENS},
            code="too_many_tokens",
        )
    token, secret = ApiToken.issue(owner=owner, name=name, scopes=scopes, lifetime=lifetime)
    audit.record(owner, "token.created", token, scopes=token.scopes)
    return token, secret


def revoke_token(token: ApiToken, *, actor: User) -> None:
    """Close a token for ever and note who did it."""
    token.revoke()
    audit.record(actor, "token.revoked", token)
