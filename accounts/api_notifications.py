"""`/api/v1/notifications/`, `/webhooks/` and `/deliveries/`: one's own, for programs."""

from __future__ import annotations

from typing import Any

from django.db import models
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.idempotency import answer_once
from accounts.models import Delivery, Notification, User, Webhook
from accounts.notification_serializers import (
    DeliverySerializer,
    NewWebhookSerializer,
    NotificationPreferencesPatchSerializer,
    NotificationPreferencesSerializer,
    NotificationReadSerializer,
    NotificationSerializer,
    NotificationsReadSerializer,
    QuietHoursSerializer,
    WebhookChangeSerializer,
    WebhookSerializer,
    WebhookWithSecretSerializer,
)
from accounts.notifying import delivering, live, testing, webhooks
from accounts.notifying.choices import all_ways, choose, mail_is_set_up, quiet_hours_of
from accounts.paging import KeysetPagination
from accounts.parsing import refuse_body
from accounts.requests import AuthenticatedApiRequest


class NewestNotifications(KeysetPagination):
    """Pages by when it happened last."""

    ordering = ("-last_at", "-id")


@extend_schema_view(
    list=extend_schema(
        summary="List your notifications",
        parameters=[
            OpenApiParameter("unread", bool, description="true: only those not read yet"),
            OpenApiParameter("kind", str, description="For example alert or job.failed"),
            OpenApiParameter("search", str, description="Words in title or text"),
        ],
    ),
    retrieve=extend_schema(summary="One notification"),
)
@extend_schema(tags=["notifications"])
class NotificationViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Notification]
):
    """What this person was told."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    pagination_class = NewestNotifications
    lookup_value_converter = "uuid"

    def get_queryset(self) -> models.QuerySet[Notification]:
        """Own ones, narrowed by `unread`, `kind` and `search`."""
        user = self.request.user
        if not isinstance(user, User):
            return self.queryset
        asked = self.request.query_params
        found = Notification.objects.of(user).with_ways().of_kind(asked.get("kind", ""))
        if asked.get("unread", "").lower() in {"1", "true"}:
            found = found.unread()
        text = asked.get("search", "").strip()
        narrowed: models.QuerySet[Notification] = found.search(text) if text else found
        return narrowed

    @extend_schema(
        summary="Mark one as read, or as new again",
        request=NotificationReadSerializer,
        responses=NotificationSerializer,
    )
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark it."""
        data = NotificationReadSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        row = self.get_object()
        row.mark(read=data.validated_data["read"])
        live.ring(row.person_id)
        return Response(NotificationSerializer(row).data)

    @extend_schema(
        summary="Mark everything as read", request=None, responses=NotificationsReadSerializer
    )
    @action(detail=False, methods=["post"], url_path="read-all", pagination_class=None)
    def read_all(self, request: AuthenticatedApiRequest) -> Response:
        """Mark all."""
        refuse_body(self)
        marked = Notification.objects.of(request.user).mark_read()
        live.ring(request.user.pk)
        return Response({"marked": marked})


class NotificationPreferencesView(APIView):
    """The choices of this person."""

    @extend_schema(
        summary="What you hear of, and how",
        responses=NotificationPreferencesSerializer,
        tags=["notifications"],
    )
    def get(self, request: AuthenticatedApiRequest) -> Response:
        """The table of choices and the quiet hours."""
        return Response(_preferences(request.user))

    @extend_schema(
        summary="Change what you hear of, and how",
        request=NotificationPreferencesPatchSerializer,
        responses=NotificationPreferencesSerializer,
        tags=["notifications"],
    )
    def patch(self, request: AuthenticatedApiRequest) -> Response:
        """Save what is given."""
        data = NotificationPreferencesPatchSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        quiet = None
        if "quiet_hours" in data.validated_data:
            given = dict(request.data).get("quiet_hours")
            quiet = QuietHoursSerializer(quiet_hours_of(request.user), data=given, partial=True)
            quiet.is_valid(raise_exception=True)
        wanted = {one.pop("kind"): one for one in data.validated_data.get("kinds", [])}
        choose(request.user, wanted)
        if quiet is not None:
            quiet.save()
        return Response(_preferences(request.user))


@extend_schema_view(
    list=extend_schema(summary="List your webhooks"),
    retrieve=extend_schema(summary="One webhook"),
    destroy=extend_schema(summary="Remove a webhook"),
)
@extend_schema(tags=["notifications"])
class WebhookViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[Webhook],
):
    """Addresses of this person that hear signed messages."""

    queryset = Webhook.objects.none()
    serializer_class = WebhookSerializer
    lookup_value_converter = "uuid"
    http_method_names = ("get", "post", "patch", "delete", "head", "options")

    def get_queryset(self) -> models.QuerySet[Webhook]:
        """Own ones."""
        user = self.request.user
        mine: models.QuerySet[Webhook] = (
            Webhook.objects.of(user) if isinstance(user, User) else self.queryset
        )
        return mine

    @extend_schema(
        summary="Add a webhook; the answer holds its secret once",
        request=NewWebhookSerializer,
        responses={201: WebhookWithSecretSerializer},
    )
    def create(self, request: AuthenticatedApiRequest, *args: Any, **kwargs: Any) -> Response:
        """Make one. The stored answer of an `Idempotency-Key` would keep the secret: none here."""
        data = NewWebhookSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        hook, secret = webhooks.add(request.user, **data.validated_data)
        return _with_secret(hook, secret, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change address or name, switch on or off",
        request=WebhookChangeSerializer,
        responses=WebhookSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given."""
        data = WebhookChangeSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        hook = self.get_object()
        webhooks.change(hook, **data.validated_data)
        return Response(WebhookSerializer(hook).data)

    def perform_destroy(self, instance: Webhook) -> None:
        """Forget it."""
        webhooks.remove(instance)

    @extend_schema(
        summary="Send a signed test there now", request=None, responses=DeliverySerializer
    )
    @action(detail=True, methods=["post"])
    def test(self, request: AuthenticatedApiRequest, pk: str) -> Response:
        """Send and tell how it went."""
        hook = self.get_object()
        refuse_body(self)
        return answer_once(
            request, lambda: Response(DeliverySerializer(testing.test_webhook(hook)).data)
        )

    @extend_schema(
        summary="Make a new secret; the old one counts for another day",
        request=None,
        responses=WebhookWithSecretSerializer,
    )
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Show the new secret once."""
        hook = self.get_object()
        refuse_body(self)
        return _with_secret(hook, webhooks.rotate(hook), status.HTTP_200_OK)


@extend_schema_view(
    list=extend_schema(
        summary="What was sent to you, and how it went",
        description="E-mails and webhooks; what was told in Almanac is under /notifications/.",
        parameters=[
            OpenApiParameter("channel", str, enum=Delivery.Channel.values),
            OpenApiParameter("state", str, enum=Delivery.State.values),
        ],
    ),
    retrieve=extend_schema(summary="One delivery"),
)
@extend_schema(tags=["notifications"])
class DeliveryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Delivery]):
    """E-mails and webhook messages to this person."""

    queryset = Delivery.objects.none()
    serializer_class = DeliverySerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> models.QuerySet[Delivery]:
        """Own ones, narrowed by `channel` and `state`."""
        user = self.request.user
        if not isinstance(user, User):
            return self.queryset
        asked = self.request.query_params
        found: models.QuerySet[Delivery] = (
            Delivery.objects.of(user)
            .on_way(asked.get("channel", ""))
            .in_state(*filter(None, [asked.get("state", "")]))
        )
        return found

    @extend_schema(summary="Try again", request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Send it to the queue again."""
        delivery = self.get_object()
        refuse_body(self)
        delivering.try_again(delivery)
        delivery.refresh_from_db()
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


def _with_secret(hook: Webhook, secret: str, code: int) -> Response:
    body = {**WebhookSerializer(hook).data, "secret": secret}
    return Response(body, code, headers={"Cache-Control": "no-store"})


def _preferences(person: User) -> dict[str, Any]:
    row = {
        "kinds": all_ways(person),
        "quiet_hours": quiet_hours_of(person),
        "mail_is_set_up": mail_is_set_up(),
    }
    return dict(NotificationPreferencesSerializer(row).data)
