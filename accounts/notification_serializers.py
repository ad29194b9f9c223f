"""Notifications, choices, webhooks and deliveries as JSON."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Delivery, Notification, QuietHours, Webhook


class WaySerializer(serializers.ModelSerializer[Delivery]):
    """How it went on one way out."""

    class Meta:
        model = Delivery
        fields = ("id", "channel", "target", "state", "attempts", "answer", "finished_at")
        read_only_fields = fields


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """`count`: how many times it happened; `last_at`: when last; `ways`: e-mail and webhooks."""

    ways = WaySerializer(source="deliveries", many=True, read_only=True)

    class Meta:
        model = Notification
        fields = (
            "id", "kind", "level", "title", "body", "link", "data", "count", "urgent",
            "last_at", "read_at", "created_at", "ways",
        )  # fmt: skip
        read_only_fields = fields


class NotificationReadSerializer(serializers.Serializer[Any]):
    read = serializers.BooleanField(default=True, help_text=_("false: new again"))


class NotificationsReadSerializer(serializers.Serializer[Any]):
    marked = serializers.IntegerField(help_text=_("how many were unread"))


class NotificationWaysSerializer(serializers.Serializer[Any]):
    """The ways of one kind."""

    kind = serializers.CharField(max_length=40)
    in_app = serializers.BooleanField(required=False)
    email = serializers.BooleanField(required=False)
    webhook = serializers.BooleanField(required=False)


class NotificationKindSerializer(NotificationWaysSerializer):
    """One row of the table of choices, as it is."""

    kind = serializers.CharField(source="kind.name")
    tell_me_when = serializers.CharField(source="kind.label")


class QuietHoursSerializer(serializers.ModelSerializer[QuietHours]):
    """When e-mail and webhooks wait; `zone` empty is the one of the profile."""

    begins = serializers.TimeField(format="%H:%M", required=False)
    ends = serializers.TimeField(format="%H:%M", required=False)

    class Meta:
        model = QuietHours
        fields = ("is_on", "begins", "ends", "zone", "lets_urgent_through", "as_digest")

    def validate_zone(self, zone: str) -> str:
        """Name a zone this machine knows, or none."""
        if zone and zone not in zoneinfo.available_timezones():
            raise serializers.ValidationError(
                gettext("Choose a time zone from the list, for example Europe/Berlin.")
            )
        return zone

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a span without length."""
        row = self.instance or QuietHours()
        is_on, begins, ends = (
            attrs.get(name, getattr(row, name)) for name in ("is_on", "begins", "ends")
        )
        if is_on and begins == ends:
            raise serializers.ValidationError(
                {"ends": gettext("Choose an end that differs from the beginning.")}
            )
        return attrs


class NotificationPreferencesSerializer(serializers.Serializer[Any]):
    """What a person hears of, on which way, and when they are left in peace."""

    kinds = NotificationKindSerializer(many=True)
    quiet_hours = QuietHoursSerializer()
    mail_is_set_up = serializers.BooleanField()


class NotificationPreferencesPatchSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    kinds = NotificationWaysSerializer(many=True, required=False)
    quiet_hours = QuietHoursSerializer(required=False, partial=True)


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """`rotating_until`: until then messages carry a signature of the old secret as well."""

    rotating_until = serializers.SerializerMethodField()

    class Meta:
        model = Webhook
        fields = (
            "id", "name", "url", "is_active", "last_ok", "last_answer", "last_at",
            "rotating_until", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_rotating_until(self, hook: Webhook) -> Any:
        """The end of the day with two secrets."""
        return hook.old_secret_until if hook.is_rotating else None


class NewWebhookSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=2000)
    name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class WebhookChangeSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=2000, required=False)
    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class WebhookWithSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text=_("shown only now"))

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One message on one way out; `answer` says how the last try went."""

    title = serializers.CharField(source="notification.title", read_only=True)
    target = serializers.CharField(read_only=True)

    class Meta:
        model = Delivery
        fields = (
            "id", "notification", "title", "channel", "target", "webhook", "state", "attempts",
            "answer", "next_try_at", "finished_at", "created_at",
        )  # fmt: skip
        read_only_fields = fields
