"""Datasets for staff: to look and search. Files and states are changed by the product itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin_base import AuditedAdmin, ReadOnlyAdmin
from datasets.models import Column, Dataset, Draft, Query, Upload, Version
from datasets.receiving import uploads


@admin.register(Dataset)
class DatasetAdmin(AuditedAdmin):
    list_display = ("name", "owner", "status", "format", "record_count", "file_size", "created_at")
    list_filter = ("status", "format")
    list_select_related = ("owner",)
    search_fields = ("name", "filename", "description", "owner__username", "owner__email")
    date_hierarchy = "created_at"
    fields = (
        "name",
        "description",
        "owner",
        "filename",
        "format",
        "status",
        "record_count",
        "file_size",
        "file_hash",
        "metadata",
        "job",
        "created_at",
        "updated_at",
    )
    readonly_fields = tuple(name for name in fields if name not in {"name", "description"})

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Datasets come from files."""
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Versions and columns go with their dataset, though they cannot be deleted alone."""
        listed, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Dataset) -> None:
        """With its files."""
        uploads.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Each with its files."""
        for dataset in queryset:
            uploads.delete(dataset)


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ("dataset", "number", "row_count", "frequency", "layout", "created_at")
    list_filter = ("layout", "frequency")
    list_select_related = ("dataset",)
    search_fields = ("dataset__name", "content_hash", "dataset__owner__username")


@admin.register(Column)
class ColumnAdmin(ReadOnlyAdmin):
    list_display = ("name", "version", "position", "type", "role", "missing", "unreadable")
    list_filter = ("type", "role")
    list_select_related = ("version",)
    search_fields = ("name", "version__dataset__name")


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "size", "received", "updated_at")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username", "owner__email")


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin):
    list_display = ("person", "dataset", "version", "updated_at")
    list_select_related = ("person", "dataset", "version")
    search_fields = ("person__username", "dataset__name")
    # What people typed into cells is theirs.
    exclude = ("edits",)


@admin.register(Query)
class QueryAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "rows", "seconds", "ran_at")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username", "owner__email")
    # A statement may hold values of people's data.
    exclude = ("sql",)
