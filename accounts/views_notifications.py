"""The list of notifications, the menu under the bell, and what the bell shows."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Notification
from accounts.notifying import live
from accounts.paging import keyset_page
from accounts.requests import AuthenticatedHttpRequest

IN_THE_MENU: Final = 6
NEWEST_FIRST: Final = ("-last_at", "-id")
PAGE_SIZE: Final = 30


@require_safe
def notification_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/notifications/`: searched, narrowed to what is unread, one page at a time."""
    text = request.GET.get("q", "").strip()
    unread_only = request.GET.get("show", "") == "unread"
    mine = Notification.objects.of(request.user)
    found = mine.search(text) if text else mine
    if unread_only:
        found = found.unread()
    page = keyset_page(found, request, NEWEST_FIRST, PAGE_SIZE)
    context = {
        "section": "notifications",
        "page": page,
        "text": text,
        "unread_only": unread_only,
        "unread": live.unread_of(request.user),
    }
    only_table = request.htmx.target == "notification-table"
    template = "accounts/_notification_table.html" if only_table else "accounts/notifications.html"
    return render(request, template, context)


@never_cache
@require_safe
def menu(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What opens under the bell: the newest few."""
    return _menu(request)


@never_cache
@require_safe
def bell(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What the bell shows, for pages whose line is down."""
    return JsonResponse(live.state_of(request.user))


@require_safe
def open_notification(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Mark one as read and go where it leads."""
    row = _fetch(request, pk)
    if request.method == "GET":
        row.mark(read=True)
        live.ring(request.user.pk)
    return redirect(row.link or "accounts:notifications")


@require_POST
def mark(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Mark one as read, or with `read=0` as new again."""
    row = _fetch(request, pk)
    row.mark(read=request.POST.get("read", "1") != "0")
    live.ring(request.user.pk)
    if request.htmx:
        return render(request, "accounts/_notification_row.html", {"row": row})
    return redirect("accounts:notifications")


@require_POST
def mark_all(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Mark everything as read."""
    Notification.objects.of(request.user).mark_read()
    live.ring(request.user.pk)
    if request.htmx.target == "notes-content":
        return _menu(request)
    answer = redirect("accounts:notifications")
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return answer


def _fetch(request: AuthenticatedHttpRequest, pk: UUID) -> Notification:
    return get_object_or_404(Notification.objects.of(request.user), pk=pk)


def _menu(request: AuthenticatedHttpRequest) -> HttpResponse:
    mine = Notification.objects.of(request.user)
    context = {
        "rows": list(mine.newest_first()[:IN_THE_MENU]),
        "unread": live.unread_of(request.user),
    }
    return render(request, "accounts/_notification_menu.html", context)
