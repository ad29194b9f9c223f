"""Which versions made a model: Python, this product, the libraries, the package of a plug-in."""

from __future__ import annotations

import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from forecasting.engine import plugins
from forecasting.engine.errors import UnknownModelError
from forecasting.engine.registry import model_type

ALWAYS: Final = ("almanac", "numpy")
# What a family of models computes with, by the module that holds it.
FAMILIES: Final = {
    "forecasting.engine.neural": ("torch",),
    "forecasting.engine.foundation": ("torch",),
    "forecasting.engine.statistical": ("statsforecast",),
    "forecasting.engine.boosting.lightgbm_model": ("lightgbm",),
    "forecasting.engine.boosting.xgboost_model": ("xgboost-cpu",),
}


@cache
def version_of(package: str) -> str:
    """The installed version, "" when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def made_with(model: str) -> dict[str, Any]:
    """Versions that matter to a model of this name, for its card."""
    names = [*ALWAYS]
    # A class that nobody registered can be saved as well.
    with suppress(UnknownModelError):
        names += _libraries(model)
    found: dict[str, Any] = {"python": platform.python_version()}
    found |= {name: version_of(name) for name in dict.fromkeys(names)}
    package = plugins.package_of(model)
    return found | ({"package": package} if package else {})


def _libraries(model: str) -> list[str]:
    entry = model_type(model)
    needed = ["torch"] if entry.capabilities.needs_torch else []
    for family, packages in FAMILIES.items():
        if entry.path.startswith(family):
            needed += packages
    return needed
