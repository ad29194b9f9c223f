"""`POST /api/v1/forecast`: plain numbers in, forecast out, nothing kept."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting.serving import instantly, plain_numbers


class SeriesNumbersSerializer(serializers.Serializer[Any]):
    """The values of all series, one after another."""

    y = serializers.ListField(
        child=serializers.FloatField(allow_null=True),
        required=False,
        help_text=_("Oldest first; an object of time and value is understood too."),
    )
    sizes = serializers.ListField(child=serializers.IntegerField(), required=False)
    X = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), required=False
    )
    X_future = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), required=False
    )
    start = serializers.CharField(
        required=False, help_text=_("Time of the first value; a list of them, one per series.")
    )
    ids = serializers.ListField(child=serializers.CharField(), required=False)

    def get_fields(self) -> dict[str, Any]:
        """What no instant model acts on is taken and named in the answer."""
        words = _("Sent by clients of TimeGPT; named under ignored.")
        unused = {
            name: serializers.JSONField(required=False, allow_null=True, help_text=words)
            for name in plain_numbers.IGNORED
        }
        return super().get_fields() | unused


class NumbersSerializer(SeriesNumbersSerializer):
    """Numbers as clients of TimeGPT send them, at the top or inside `series`."""

    h = serializers.IntegerField(min_value=1)
    freq = serializers.CharField(required=False)
    level = serializers.ListField(child=serializers.FloatField(), required=False, allow_null=True)
    model = serializers.CharField(required=False)
    series = SeriesNumbersSerializer(required=False)


class ForecastNowSerializer(serializers.Serializer[Any]):
    """The forecast of all series one after another, and which model made it."""

    mean = serializers.ListField(child=serializers.FloatField())
    intervals = serializers.DictField(allow_null=True)
    sizes = serializers.ListField(child=serializers.IntegerField())
    ds = serializers.ListField(child=serializers.CharField(), required=False)
    model = serializers.CharField()
    why = serializers.CharField()
    scores = serializers.ListField(child=serializers.DictField())
    notes = serializers.ListField(child=serializers.CharField())
    ignored = serializers.ListField(
        child=serializers.CharField(), help_text=_("Names that were sent and change nothing here.")
    )
    seconds = serializers.FloatField()


class ForecastNowView(APIView):
    """Answers at once with the best of the instant models; for more, upload a dataset."""

    throttle_scope = "forecast"
    # It only reads: a token that may read is enough.
    read_only_actions = (None,)

    @extend_schema(
        tags=["forecast"],
        summary="Forecast plain numbers at once",
        description=(
            "`y` holds the values of all series, oldest first, `sizes` how many each has, `freq` "
            "their step (`D`, `h`, `W`, `MS`, …), `h` the steps ahead, `level` the intervals in "
            "percent (null for none). `X` and `X_future` are features known ahead, each a list. "
            "Linear, seasonal naive and naive are tested on past windows; the best one answers "
            "and `why` says why. What clients of TimeGPT send along and no instant model acts on "
            "is named under `ignored`. Nothing is stored."
        ),
        request=NumbersSerializer,
        responses=ForecastNowSerializer,
    )
    def post(self, request: Request) -> Response:
        """Check, test, forecast."""
        return Response(instantly.answer(plain_numbers.read(request.data)))
