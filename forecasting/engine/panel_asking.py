"""A table given to a fitted model, read as the panel that it expects."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.panel import Panel
from forecasting.engine.panel_tables import CovariateColumns

ID = "unique_id"


def panel_like(frame: pd.DataFrame, learned: Panel) -> Panel:
    """``frame`` as a panel with the channels, covariates and frequency of ``learned``.

    Rows have a column of times, ``unique_id`` where there are several series, and one column per
    channel under the name that the model learned; for one channel ``y`` will do. Raises
    SettingsError naming the columns that are needed, or what ``Panel.from_long`` raises.
    """
    several = ID in frame.columns
    time = _time_column(frame)
    channels = _channels(frame, learned)
    covariates = _covariates(frame, learned)
    frequency = learned.frequency.alias
    if several:
        panel = Panel.from_long(frame, ID, time, channels, frequency, **covariates)
    else:
        panel = Panel.from_wide(frame, time, channels, frequency, **covariates)
    return replace(
        panel,
        ids=panel.ids if several else (learned.ids[0],),
        channels=learned.channels,
        frequency=panel.frequency.with_seasons(learned.frequency.seasons),
    )


def _time_column(frame: pd.DataFrame) -> str:
    if "ds" in frame.columns:
        return "ds"
    found = [name for name in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[name])]
    if len(found) != 1:
        raise SettingsError(
            gettext_noop("Give the times in a column ds, or in the only column of dates.")
        )
    return str(found[0])


def _channels(frame: pd.DataFrame, learned: Panel) -> list[str]:
    single = len(learned.channels) == 1
    if single and learned.channels[0] not in frame.columns and "y" in frame.columns:
        return ["y"]
    missing = [name for name in learned.channels if name not in frame.columns]
    if missing:
        raise SettingsError(
            gettext_noop("The table lacks %(missing)s; the model learned %(known)s."),
            missing=", ".join(missing[:5]),
            known=", ".join(learned.channels[:10]),
        )
    return list(learned.channels)


def _covariates(frame: pd.DataFrame, learned: Panel) -> CovariateColumns:
    found: CovariateColumns = {}
    if learned.known is not None:
        found["known"] = list(learned.known.names)
    if learned.past is not None:
        found["past"] = list(learned.past.names)
    if learned.static is not None:
        # A category "region=north" comes from a column "region".
        columns = dict.fromkeys(name.partition("=")[0] for name in learned.static.names)
        found["static"] = [name for name in columns if name in frame.columns]
    return found
