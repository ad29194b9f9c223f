"""The last values of what is forecast, and the room that the forecast will take."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext

from datasets.figures import Figure, on_clock
from datasets.pyramid import range_data
from forecasting import spans
from forecasting.choosing.page import AskPage
from forecasting.figures import preview

# Of the past, at least so much as will be forecast, and two seasons.
LEAST_ROWS: Final = 48
PIXELS: Final = 600


def figure_of(page: AskPage) -> Figure:
    """The figure of the first chosen column."""
    version, frequency, horizon = page.version, page.frequency, page.form.steps
    column = page.chosen[0] if page.chosen else page.form.chosen_targets[0]
    end = page.reach.end
    past = max(horizon, LEAST_ROWS, 2 * frequency.season_length)
    points = range_data(
        version,
        column.key,
        series=page.first_series,
        start=frequency.add(end, -min(past, page.rows)).to_pydatetime(),
        end=end.to_pydatetime(),
        width=PIXELS,
    ).json()
    words = gettext("%(steps)s<br>to forecast") % {"steps": spans.counted(horizon, frequency)}
    ends = frequency.add(end, horizon).isoformat()
    return on_clock(preview((points["x"], points["y"]), ends, words), version.clock)
