"""What one person's data may take, and takes: uploads, those on their way too, and versions."""

from __future__ import annotations

from django.conf import settings
from django.db.models import BigIntegerField, Subquery
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.problems import TooLarge
from datasets.models import Dataset, Upload, Version


class _Total(Subquery):
    """The sum of the column `size` of the rows of a query."""

    template = (
        '(SELECT COALESCE(SUM("kept"."size"), 0) FROM (%(subquery)s) "kept" ("name", "size"))'
    )
    output_field = BigIntegerField()


def used_bytes(owner: User) -> int:
    """What this person's data takes; one small question, as the rail of every page asks it."""
    files = Dataset.objects.filter(owner=owner).order_by().values("pk", "file_size")
    # An undone version shares its file with an earlier one.
    versions = Version.objects.filter(dataset__owner=owner).order_by()
    kept = versions.values("file_key", "file_size").distinct()
    arriving = Upload.objects.arriving().filter(owner=owner).order_by().values("pk", "size")
    total = _Total(files) + _Total(kept) + _Total(arriving)
    asked = User.objects.filter(pk=owner.pk).annotate(used=total)
    return int(asked.values_list("used", flat=True).get())


def quota_bytes() -> int:
    """What one person may take."""
    return int(settings.QUOTA_BYTES)


def require_room(owner: User, size: int) -> None:
    """Inside a transaction: raise TooLarge when `size` more bytes exceed what `owner` may take."""
    # One upload of a person at a time counts towards the quota.
    User.objects.select_for_update().get(pk=owner.pk)
    if used_bytes(owner) + size > quota_bytes():
        raise TooLarge(
            gettext("Your %(limit)s GB of storage are full. Delete datasets to make room.")
            % {"limit": f"{quota_bytes() / 1e9:,.0f}"},
            code="quota_full",
            field="file",
        )
