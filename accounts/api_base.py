"""The base of API resources that belong to people."""

from typing import Any, ClassVar, cast

from django.db import models
from django.utils.translation import gettext
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ModelViewSet

from accounts import audit
from accounts.idempotency import answer_once
from accounts.models.user import User
from accounts.ownership import fetch_editable, fetch_visible, require_creator
from accounts.parsing import refuse_body
from accounts.problems import NotAllowed
from accounts.requests import AuthenticatedApiRequest


class OwnedViewSet(ModelViewSet[Any]):
    """A ModelViewSet over an `Owned` model in which ownership is already decided.

    - `queryset = Dataset.objects.all()`; `get_queryset()` is what the person may see.
    - `get_object()` on reading actions (and those named in `read_only_actions`) answers 404 to
      strangers; on changing actions also 403 to people who may only look; on `owner_actions`
      (`destroy`) 403 to everyone but the owner.
    - `create` refuses viewers, sets `owner`, honours `Idempotency-Key`. For your own creating
      actions call `require_creator(request.user)` and
      `accounts.idempotency.answer_once(request, make)`.
    - `destroy` is recorded in the audit log as `<model>.deleted`.
    - Names in a body that the description of the operation does not have are refused.
    - Set `http_method_names` to leave verbs out; ids are UUIDs.
    """

    lookup_value_converter = "uuid"
    read_only_actions: ClassVar[tuple[str, ...]] = ()
    owner_actions: ClassVar[tuple[str, ...]] = ("destroy",)

    def get_queryset(self) -> models.QuerySet[Any]:
        """Rows this person may see."""
        visible: models.QuerySet[Any] = self._all().visible_to(self.request.user)
        return visible

    def get_object(self) -> Any:
        """Return the row of the URL, or raise Http404 or NotAllowed as the action demands."""
        user = self.request.user
        key = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        rows: Any = self.filter_queryset(self._all())
        if self._is_reading():
            row = fetch_visible(rows, user, pk=key)
        elif self.action in self.owner_actions:
            row = self._fetch_owned(rows, user, key)
        else:
            row = fetch_editable(rows, user, pk=key)
        self.check_object_permissions(self.request, row)
        refuse_body(self)
        return row

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create one row for this person, once per `Idempotency-Key`."""
        require_creator(request.user)
        person_request = cast("AuthenticatedApiRequest", request)
        return answer_once(person_request, lambda: super(OwnedViewSet, self).create(request))

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Save with the person as owner."""
        serializer.save(owner=self.request.user)

    def perform_destroy(self, instance: models.Model) -> None:
        """Delete and record who did it."""
        actor = self.request.user
        action = f"{instance._meta.model_name}.deleted"  # noqa: SLF001
        audit.record(actor if isinstance(actor, User) else None, action, instance)
        super().perform_destroy(instance)

    def _all(self) -> Any:
        # DRF's own method hands out a fresh copy of the class's QuerySet.
        return super().get_queryset()

    def _is_reading(self) -> bool:
        return self.request.method in SAFE_METHODS or self.action in self.read_only_actions

    def _fetch_owned(self, rows: Any, user: Any, key: Any) -> Any:
        row = fetch_visible(rows, user, pk=key)
        if row.owner_id != user.pk:
            raise NotAllowed(gettext("Only the owner can do this."))
        require_creator(user)
        return row
