"""Bases of admin pages, for every app: changes are recorded, or there are none."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts import audit
from accounts.models.user import User


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A ModelAdmin whose additions, changes and deletions appear in the audit log."""

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Record an added row."""
        self._record(request, "added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Record a changed row with the names of the changed fields."""
        changed: list[str] = []
        for part in message if isinstance(message, list) else []:
            changed.extend(str(name) for name in part.get("changed", {}).get("fields", []))
        self._record(request, "changed", obj, fields=changed)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
        """Record deleted rows (while they still exist)."""
        for obj in queryset:
            self._record(request, "deleted", obj)
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, verb: str, obj: models.Model, **details: Any) -> None:
        actor = request.user if isinstance(request.user, User) else None
        name = obj._meta.model_name  # noqa: SLF001
        audit.record(actor, f"admin.{name}.{verb}", obj, **details)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A ModelAdmin to look and search; nothing can be added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False
