"""The only place that decides who may see and who may change a row.

Views, the API, consumers and tools fetch through `fetch_visible` and `fetch_editable`, or list
through `.visible_to(user)` and `.editable_by(user)`.
"""

from typing import Any, Protocol, Self, TypeGuard, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.models.share import Share, ShareLink
from accounts.models.user import User
from accounts.problems import NotAllowed

Person = User | AnonymousUser
Row = TypeVar("Row", bound=models.Model)
Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class OwnedQuerySet(models.QuerySet[Row]):
    """Reads of owned rows; base of the QuerySets of all owned models."""

    def visible_to(self, user: Person) -> Self:
        """Rows this person owns or was given; none for the signed-out and the deactivated."""
        if not _is_present(user):
            return self.none()
        return self.filter(Q(owner=user) | self._opened_by(self._shared_with(user)))

    def editable_by(self, user: Person) -> Self:
        """Rows this person may change: own ones and those shared for editing; none for viewers."""
        if not _may_create(user):
            return self.none()
        given = self._shared_with(user).filter(level=Share.Level.EDITOR)
        return self.filter(Q(owner=user) | self._opened_by(given))

    def owned_by(self, user: Person) -> Self:
        """Rows this person owns; what only an owner may do (delete, share) starts from here."""
        return self.filter(owner=user) if _is_present(user) else self.none()

    def visible_through(self, secret: str) -> Self:
        """The row that a share link with this secret opens, if the link still counts."""
        links = ShareLink.objects.of(self.model).usable(secret)
        return self.filter(pk__in=links.values("object_id"))

    def _opened_by(self, keys: models.QuerySet[Any]) -> Q:
        """The rows that are shared where those with these keys are."""
        return Q(pk__in=keys)

    def _shared_with(self, user: User) -> models.QuerySet[Any]:
        return Share.objects.of(self.model).filter(person=user).values("object_id")


class Owned(Stamped):
    """Abstract base of everything that belongs to a person. Sharing goes with the row's life."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # A person with work is deactivated, not deleted: nothing goes missing by the way.
        on_delete=models.PROTECT,
        related_name="%(app_label)s_%(class)s_set",
        verbose_name=_("owner"),
    )
    shares = GenericRelation(Share)
    share_links = GenericRelation(ShareLink)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True


class _Fetchable(Protocol[Row_co]):
    def visible_to(self, user: Person) -> models.QuerySet[Row_co]: ...

    def editable_by(self, user: Person) -> models.QuerySet[Row_co]: ...


def fetch_visible(queryset: _Fetchable[Row], user: Person, **lookup: Any) -> Row:
    """Return the one row matching `lookup` that `user` may see.

    Raises Http404 when it does not exist or belongs to a stranger: both look the same.
    """
    return _the_only(queryset.visible_to(user), lookup)


def fetch_editable(queryset: _Fetchable[Row], user: Person, **lookup: Any) -> Row:
    """Return the one row matching `lookup` that `user` may change.

    Raises Http404 for strangers and missing rows, NotAllowed for people who may only look.
    """
    try:
        return _the_only(queryset.editable_by(user), lookup)
    except Http404:
        _the_only(queryset.visible_to(user), lookup)
    raise NotAllowed(gettext("You can view this but not change it. Ask its owner for edit access."))


def require_creator(user: Person) -> None:
    """Raise NotAllowed unless this person's role may make and change things."""
    if not _may_create(user):
        raise NotAllowed(
            gettext(
                "Your role is viewer: you can read what is shared with you. "
                "Ask an administrator for the analyst role."
            ),
        )


def _is_present(user: Person) -> TypeGuard[User]:
    return isinstance(user, User) and user.is_active


def _may_create(user: Person) -> TypeGuard[User]:
    return isinstance(user, User) and user.can_create


def _the_only(queryset: models.QuerySet[Row], lookup: dict[str, Any]) -> Row:
    try:
        return queryset.get(**lookup)
    except (ObjectDoesNotExist, ValidationError, ValueError) as missing:
        raise Http404 from missing
