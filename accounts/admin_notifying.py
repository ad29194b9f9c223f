"""Notifications for staff: to look at what was sent, never at what signs it."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from accounts.models import Delivery, Notification, NotificationChoice, QuietHours, Webhook


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("title", "person", "kind", "level", "count", "last_at", "read_at")
    list_filter = ("kind", "level")
    search_fields = ("title", "person__username", "person__email")
    list_select_related = ("person",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("notification", "channel", "state", "attempts", "next_try_at", "answer")
    list_filter = ("state", "channel")
    search_fields = ("notification__title", "notification__person__username", "answer")
    list_select_related = ("notification",)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ("place", "person", "is_active", "last_ok", "last_answer", "last_at")
    list_filter = ("is_active",)
    search_fields = ("name", "url", "person__username", "person__email")
    list_select_related = ("person",)
    # The address itself may hold a secret of the person's.
    exclude = ("url", "sealed_secret", "sealed_old_secret")


@admin.register(NotificationChoice)
class NotificationChoiceAdmin(ReadOnlyAdmin):
    list_display = ("person", "kind", "in_app", "email", "webhook")
    search_fields = ("person__username", "person__email", "kind")
    list_select_related = ("person",)


@admin.register(QuietHours)
class QuietHoursAdmin(ReadOnlyAdmin):
    list_display = ("person", "is_on", "begins", "ends", "zone")
    search_fields = ("person__username", "person__email")
    list_select_related = ("person",)
