"""The adapter behind each name."""

from __future__ import annotations

from typing import Any

from forecasting.engine.statistical.adapter import Adapter
from forecasting.engine.statistical.arima import ARIMA
from forecasting.engine.statistical.complex_smoothing import CES
from forecasting.engine.statistical.exponential import ETS
from forecasting.engine.statistical.rows_alone import MFLES, Intermittent
from forecasting.engine.statistical.tbats import TBATS
from forecasting.engine.statistical.theta import Theta


def adapter(name: str, settings: Any) -> Adapter:
    """The adapter of a model with these settings."""
    if name == "tsb":
        weights = (("alpha_d", settings.alpha_d), ("alpha_p", settings.alpha_p))
        return Intermittent("TSB", weights)
    if name == "tbats":
        return TBATS(settings.box_cox, settings.trend, settings.arma_errors)
    return ADAPTERS[name]


ADAPTERS: dict[str, Adapter] = {
    "auto_ets": ETS(),
    "auto_arima": ARIMA(),
    "auto_theta": Theta(),
    "dynamic_optimized_theta": Theta("DOTM"),
    "auto_ces": CES(),
    "mstl": ETS("ZZN"),
    "mfles": MFLES(),
    "croston_classic": Intermittent("CrostonClassic"),
    "croston_optimized": Intermittent("CrostonOptimized"),
    "croston_sba": Intermittent("CrostonSBA"),
    "adida": Intermittent("ADIDA"),
    "imapa": Intermittent("IMAPA"),
}
