"""Making accounts: by oneself where sign-up is open, and the credentials check of the API."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed, Throttled

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict, NotAllowed

LOCKED_SECONDS = 60


def register(request: HttpRequest, *, username: str, email: str, password: str) -> None:
    """Create an account, or write to the address that it has one already: both look the same.

    Raises NotAllowed when sign-up is closed and Conflict when the user name was taken meanwhile.
    """
    if not settings.SIGNUP_OPEN:
        raise NotAllowed(
            _("Sign-up is closed here. Ask an administrator for an account."),
            code="signup_closed",
        )
    if User.objects.filter(email__iexact=email).exists():
        get_adapter().send_account_already_exists_mail(email)
        return
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, email, password)
            address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
            audit.record(user, "user.registered", user)
    except IntegrityError as taken:
        raise Conflict(
            _("This user name is taken. Choose another one."), field="username"
        ) from taken
    if settings.ACCOUNT_EMAIL_VERIFICATION != "none":
        address.send_confirmation(request, signup=True)


def check_credentials(request: HttpRequest, *, name: str, password: str) -> User:
    """Return the active person with this user name or e-mail and password.

    Counts failures per address and per account, shared with the sign-in page. Raises Throttled
    after too many, AuthenticationFailed (one sentence for all reasons) otherwise.
    """
    credentials = {"email" if "@" in name else "username": name, "password": password}
    try:
        user = get_adapter(request).authenticate(request, **credentials)
    except ValidationError as locked:
        raise Throttled(wait=LOCKED_SECONDS) from locked
    if not isinstance(user, User) or not user.is_active or not _may_enter(user):
        raise AuthenticationFailed(
            _("User name, email or password is not right."), code="wrong_credentials"
        )
    return user


def _may_enter(user: User) -> bool:
    if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        return True
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())
