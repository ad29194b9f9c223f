"""Models that installed packages bring: entry points of the group ``almanac.models``.

A package names its class in its own ``pyproject.toml``::

    [project.entry-points."almanac.models"]
    my_model = "my_package.models:MyModel"

A plug-in that cannot be imported does no harm before somebody asks for it.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from forecasting.engine.errors import SettingsError, gettext_noop

GROUP: Final = "almanac.models"


@cache
def plugins() -> dict[str, EntryPoint]:
    """Entry points by the name of their model, found once per process."""
    return {point.name: point for point in entry_points(group=GROUP)}


def package_of(name: str) -> str:
    """`tidal 1.0`, the installed package that brings this model; "" when it is no plug-in."""
    point = plugins().get(name)
    if point is None:
        return ""
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.module


def load(name: str) -> type[Any]:
    """Import the class of a plug-in. Raises SettingsError saying which package failed and how."""
    point = plugins()[name]
    try:
        found: type[Any] = point.load()
    except Exception as problem:
        raise SettingsError(
            gettext_noop(
                "The model %(name)s of the package %(package)s cannot be loaded: %(problem)s. "
                "Update or remove the package."
            ),
            name=name,
            package=point.dist.name if point.dist else point.module,
            problem=f"{type(problem).__name__}: {problem}",
        ) from problem
    return found
