"""What every row of the product has: a UUID key and two timestamps."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stamped(models.Model):
    """Abstract base: `id` UUID primary key, `created_at`, `updated_at` (set on every save)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True
