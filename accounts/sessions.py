"""Where a person is signed in, and how that ends."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from user_agents import parse

from accounts import audit
from accounts.middleware import seen_key
from accounts.models.secrets import RefreshFamily
from accounts.models.user import User

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - shown, not bound to
MOST_OF_AN_AGENT = 200


@dataclass(frozen=True)
class OpenSession:
    pk: int
    device: str
    address: str
    last_seen: datetime
    is_current: bool
    is_phone: bool


def note_session(request: HttpRequest, user: User) -> None:
    """Keep where and with what this person signs in, so that the session can be ended elsewhere."""
    if not request.session.session_key:
        request.session.save()
    # A sign-in that no network request made (a command, a test) has no address.
    is_remote = "REMOTE_ADDR" in request.META
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "ip": get_adapter().get_client_ip(request) if is_remote else NO_ADDRESS,
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:MOST_OF_AN_AGENT],
        },
    )


def open_sessions(user: User, request: HttpRequest) -> list[OpenSession]:
    """Return the browsers this person is signed in with, this one first."""
    kept = UserSession.objects.purge_and_list(user)
    seen = _last_seen([session.session_key for session in kept])
    here = request.session.session_key
    shown = [
        OpenSession(
            pk=session.pk,
            device=_device(session.user_agent),
            address=session.ip,
            last_seen=seen.get(session.session_key) or session.last_seen_at,
            is_current=session.session_key == here,
            is_phone=parse(session.user_agent).is_mobile,
        )
        for session in kept
    ]
    return sorted(shown, key=lambda one: (one.is_current, one.last_seen), reverse=True)


def api_sign_ins(user: User) -> int:
    """Return how many JWT sign-ins are open."""
    return RefreshFamily.objects.alive().filter(owner=user).count()


def end_session(user: User, pk: int) -> None:
    """End one of the person's sessions; raises Http404 for those of others."""
    session = UserSession.objects.filter(user=user, pk=pk).first()
    if session is None:
        raise Http404
    session.end()
    audit.record(user, "session.ended")


def end_other_sessions(user: User, request: HttpRequest) -> None:
    """Sign out everywhere but here: all other browsers and all JWT sign-ins."""
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    for session in others:
        session.end()
    RefreshFamily.objects.filter(owner=user).revoke()
    audit.record(user, "session.others_ended")


def _last_seen(keys: list[str]) -> dict[str, datetime]:
    try:
        found = cache.get_many([seen_key(key) for key in keys])
    except RedisError:
        return {}
    seen = {key: found.get(seen_key(key)) for key in keys}
    return {key: datetime.fromisoformat(said) for key, said in seen.items() if said}


def _device(user_agent: str) -> str:
    agent = parse(user_agent)
    if agent.browser.family == "Other":
        return _("Unknown browser")
    return _("%(browser)s on %(system)s") % {
        "browser": agent.browser.family,
        "system": agent.os.family,
    }
