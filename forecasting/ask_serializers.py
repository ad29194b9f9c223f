"""The body that asks for a forecast, typed for the API and its description.

`forecasting.forms.AskForm` checks it; these say what it looks like.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasting.choosing.limits import EACH, NEVER
from forecasting.forms import NAME_LENGTH
from forecasting.models import ForecastDraft, PredictionTask
from forecasting.portfolio.levels import HOWS, METHODS


class AskModelSerializer(serializers.Serializer[Any]):
    """A model of the race."""

    type = serializers.CharField(help_text=_("Such as lightgbm; GET /models/types/ lists them."))
    name = serializers.CharField(
        required=False, help_text=_("Its name in the race; its type without it.")
    )
    settings = serializers.DictField(
        required=False, help_text=_("What departs from the usual settings of the type.")
    )


class AskCovariatesSerializer(serializers.Serializer[Any]):
    """Columns that help without being forecast, by key or name."""

    known = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text=_("Known ahead: rows after the last target hold their future."),
    )
    past = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text=_("Of the past only: their future is never looked at."),
    )


class AskCalendarSerializer(serializers.Serializer[Any]):
    """Whose public holidays become inputs."""

    country = serializers.CharField(help_text=_("Two letters, such as DE."))
    subdivision = serializers.CharField(required=False, help_text=_("Such as BY."))


class AskBoundsSerializer(serializers.Serializer[Any]):
    """What every value of the forecast and of its intervals keeps to."""

    low = serializers.FloatField(required=False, allow_null=True)
    high = serializers.FloatField(required=False, allow_null=True)
    integer = serializers.BooleanField(required=False, help_text=_("Whole numbers, for counts."))


class AskTotalsSerializer(serializers.Serializer[Any]):
    """Totals of the series of a long table, all of which add up."""

    columns = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text=_("Columns of groups, the widest first; one total of all without it."),
    )
    how = serializers.ChoiceField(choices=HOWS, required=False)
    method = serializers.ChoiceField(choices=METHODS, required=False)


class ChoicesSerializer(serializers.Serializer[Any]):
    """Everything that may be chosen about a forecast; nothing of it is required."""

    targets = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text=_("Names or keys of number columns; the usual one without it."),
    )
    series = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text=_("Series of a long table; all of them without it."),
    )
    horizon = serializers.CharField(
        required=False,
        help_text=_('Steps such as 96, words such as "4 days", or a date such as 2026-12-24.'),
    )
    h = serializers.CharField(required=False, help_text=_("The same as horizon."))
    until = serializers.CharField(
        required=False, help_text=_("A date or time instead of a horizon: its last step.")
    )
    quality = serializers.ChoiceField(choices=PredictionTask.Quality.choices, required=False)
    levels = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text=_("Such as [80, 95].")
    )
    models = serializers.ListField(
        child=AskModelSerializer(),
        required=False,
        help_text=_("Those of the quality without it. A plain string is taken as a type."),
    )
    covariates = AskCovariatesSerializer(
        required=False, help_text=_("Columns with such a role without it; {} for none.")
    )
    calendar = AskCalendarSerializer(required=False)
    bounds = AskBoundsSerializer(required=False)
    hierarchy = AskTotalsSerializer(required=False)
    seasons = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text=_("Season lengths in steps, the usual one first."),
    )
    windows = serializers.IntegerField(
        required=False, help_text=_("Past windows every model is tested on.")
    )
    refit = serializers.ChoiceField(
        choices=[(NEVER, _("once, before all windows")), (EACH, _("anew before each window"))],
        required=False,
    )
    seconds = serializers.FloatField(required=False, help_text=_("The time of the race."))
    seed = serializers.IntegerField(required=False)
    name = serializers.CharField(max_length=NAME_LENGTH, required=False)


class AskSerializer(ChoicesSerializer):
    """What may be asked for; only the dataset is required."""

    dataset = serializers.UUIDField(help_text=_("The dataset; its current version is used."))


class DraftSerializer(serializers.ModelSerializer[ForecastDraft]):
    """A forecast that is filled in but not started; `body` is checked when it starts."""

    body = serializers.SerializerMethodField()

    class Meta:
        model = ForecastDraft
        fields = ("id", "name", "dataset", "body", "created_at", "updated_at")
        read_only_fields = fields

    @extend_schema_field(ChoicesSerializer)
    def get_body(self, draft: ForecastDraft) -> dict[str, Any]:
        """What was filled in, as it was typed: it may make no sense yet."""
        return dict(draft.body)
