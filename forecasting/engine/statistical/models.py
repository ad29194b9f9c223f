"""The classes behind the names in the registry."""

from __future__ import annotations

from forecasting.engine.statistical.forecaster import Statistical
from forecasting.engine.statistical.recipes import RECIPE
from forecasting.engine.statistical.settings import TBATSSettings, TSBSettings


class AutoETS(Statistical):
    """ETS."""

    name = "auto_ets"
    capabilities = RECIPE["auto_ets"].capabilities


class AutoARIMA(Statistical):
    """ARIMA."""

    name = "auto_arima"
    capabilities = RECIPE["auto_arima"].capabilities


class AutoTheta(Statistical):
    """Theta."""

    name = "auto_theta"
    capabilities = RECIPE["auto_theta"].capabilities


class DynamicOptimizedTheta(Statistical):
    """Dynamic optimised theta."""

    name = "dynamic_optimized_theta"
    capabilities = RECIPE["dynamic_optimized_theta"].capabilities


class AutoCES(Statistical):
    """Complex exponential smoothing."""

    name = "auto_ces"
    capabilities = RECIPE["auto_ces"].capabilities


class MSTL(Statistical):
    """ETS without season on what multiple STL leaves."""

    name = "mstl"
    capabilities = RECIPE["mstl"].capabilities


class MFLES(Statistical):
    """MFLES."""

    name = "mfles"
    capabilities = RECIPE["mfles"].capabilities


class TBATS(Statistical):
    """TBATS."""

    name = "tbats"
    settings_type = TBATSSettings
    capabilities = RECIPE["tbats"].capabilities


class CrostonClassic(Statistical):
    """Croston's method."""

    name = "croston_classic"
    capabilities = RECIPE["croston_classic"].capabilities


class CrostonOptimized(Statistical):
    """Croston's method with learned weights."""

    name = "croston_optimized"
    capabilities = RECIPE["croston_optimized"].capabilities


class CrostonSBA(Statistical):
    """Croston's method with the correction of Syntetos and Boylan."""

    name = "croston_sba"
    capabilities = RECIPE["croston_sba"].capabilities


class ADIDA(Statistical):
    """Aggregate, disaggregate."""

    name = "adida"
    capabilities = RECIPE["adida"].capabilities


class IMAPA(Statistical):
    """ADIDA over several lengths."""

    name = "imapa"
    capabilities = RECIPE["imapa"].capabilities


class TSB(Statistical):
    """Teunter, Syntetos, Babai."""

    name = "tsb"
    settings_type = TSBSettings
    capabilities = RECIPE["tsb"].capabilities
