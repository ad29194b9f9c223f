"""The request as views see it behind the sign-in middleware."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from accounts.models.user import User


class AuthenticatedHttpRequest(HttpRequest):
    """A request of a signed-in person (LoginRequiredMiddleware has seen to that)."""

    user: User
    htmx: HtmxDetails


class AuthenticatedApiRequest(Request):
    """An API request that has passed `SignedInAndScoped`."""

    user: User
