"""The API's default door: signed in, and with a token only inside its scopes."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models.secrets import ApiToken, Scope
from accounts.problems import NotAllowed

if TYPE_CHECKING:
    # DRF loads this module while its views are being imported.
    from rest_framework.views import APIView


class SignedInAndScoped(BasePermission):
    """Active people only; a personal token needs `read` to read and `write` for the rest."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return True when the request may go on to the view; NotAllowed for a weak token."""
        user = request.user
        if not (user.is_authenticated and user.is_active):
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        if not request.auth.allows(needed_scope(request, view)):
            raise _too_weak()
        return True


def _too_weak() -> NotAllowed:
    return NotAllowed(
        gettext("This token does not allow this."),
        hint=gettext("Make a token that may read and write on your account page, and use that."),
    )


def needed_scope(request: Request, view: "APIView") -> str:
    """Return the scope this call needs; a view may set `read_only_actions` for harmless POSTs."""
    harmless = getattr(view, "read_only_actions", ())
    is_read = request.method in SAFE_METHODS or getattr(view, "action", None) in harmless
    return Scope.READ if is_read else Scope.WRITE
