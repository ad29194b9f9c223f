"""Django's admin for people and access. Secrets are never shown; the audit log is read-only."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import admin_notifying, audit
from accounts.admin_base import AuditedAdmin, ReadOnlyAdmin
from accounts.models import (
    ApiToken,
    AuditEvent,
    IdempotencyKey,
    RefreshFamily,
    SetupToken,
    Share,
    ShareLink,
    User,
)

# Importing them registers the pages of notifications.
_OTHER_PAGES = (admin_notifying,)

# One sign-in for the whole product, with its rate limits; people without the role get a 403.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = _("Almanac administration")
admin.site.site_title = _("Almanac administration")
admin.site.index_title = _("Everything kept here")


class NewPersonForm(BaseUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("username", "email", "role")


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = (
            "username",
            "email",
            "name",
            "role",
            "is_active",
            "language",
            "theme",
            "timezone",
            "keyboard_shortcuts",
        )


@admin.register(User)
class PersonAdmin(AuditedAdmin, UserAdmin):  # type: ignore[type-arg]
    form = PersonForm
    add_form = NewPersonForm
    list_display = ("username", "email", "name", "role", "is_active", "last_login", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("username", "email", "name")
    ordering = ("-created_at",)
    filter_horizontal = ()
    readonly_fields = ("password_link", "last_login", "password_changed_at", "created_at")
    fieldsets = (
        (None, {"fields": ("username", "email", "name", "role", "is_active", "password_link")}),
        (_("Preferences"), {"fields": ("language", "theme", "timezone", "keyboard_shortcuts")}),
        (_("Dates"), {"fields": ("last_login", "password_changed_at", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "email", "role", "password1", "password2")}),)
    actions = ("deactivate",)

    @admin.display(description=_("Password"))
    def password_link(self, person: User) -> SafeString:
        """A way to set a new password; the stored hash is nobody's to read."""
        url = reverse("admin:auth_user_password_change", args=[person.pk])
        return format_html('<a href="{}">{}</a>', url, _("Set a new password"))

    @admin.action(description=_("Deactivate: sessions, tokens and open pages end at once"))
    def deactivate(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        """Close the doors for the chosen people, except oneself."""
        for person in queryset.filter(is_active=True):
            if person == request.user:
                continue
            person.is_active = False
            person.save(update_fields=["is_active", "updated_at"])
            audit.record(_actor(request), "user.deactivated", person)


def _actor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "prefix", "owner", "scopes", "expires_at", "last_used_at", "revoked_at")
    search_fields = ("name", "prefix", "owner__username", "owner__email")
    list_select_related = ("owner",)
    exclude = ("token_hash",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[ApiToken]) -> None:
        """Close the chosen tokens for ever."""
        for token in queryset.filter(revoked_at__isnull=True):
            token.revoke()
            audit.record(_actor(request), "token.revoked", token)


@admin.register(Share)
class ShareAdmin(AuditedAdmin):
    list_display = ("person", "level", "content_type", "object_id", "shared_by", "created_at")
    list_filter = ("level", "content_type")
    search_fields = ("person__username", "person__email", "object_id")
    autocomplete_fields = ("person", "shared_by")
    list_select_related = ("person", "content_type", "shared_by")


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    list_display = ("id", "content_type", "object_id", "created_by", "expires_at", "revoked_at")
    search_fields = ("object_id", "created_by__username", "created_by__email")
    list_select_related = ("content_type", "created_by")
    exclude = ("token_hash",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "action", "target_type", "target_name", "request_id")
    list_filter = ("action", "target_type")
    search_fields = ("actor_name", "action", "target_name", "target_id", "request_id")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    exclude = ("actor",)
    show_full_result_count = False


@admin.register(RefreshFamily)
class RefreshFamilyAdmin(ReadOnlyAdmin):
    list_display = ("id", "owner", "created_at", "updated_at", "expires_at", "revoked_at")
    search_fields = ("owner__username", "owner__email")
    list_select_related = ("owner",)
    exclude = ("current_jti", "session_hash")


@admin.register(SetupToken)
class SetupTokenAdmin(ReadOnlyAdmin):
    list_display = ("id", "created_at", "expires_at", "used_at")
    search_fields = ("id",)
    exclude = ("token_hash",)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    list_display = ("id", "owner", "status", "created_at")
    search_fields = ("owner__username", "owner__email")
    list_select_related = ("owner",)
    exclude = ("key", "fingerprint", "body")


admin.site.unregister(UserSession)


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    search_fields = ("user__username", "user__email", "ip", "user_agent")
    list_select_related = ("user",)
    exclude = ("session_key", "data")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Sessions end through the person's account page or by deactivation."""
        return False
