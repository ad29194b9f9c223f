"""An owned model of no app, so that ownership is tested for itself."""

from django.db import models

from accounts.ownership import Owned, OwnedQuerySet


class Thing(Owned):
    name = models.CharField(max_length=50, default="thing")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        app_label = "things"
