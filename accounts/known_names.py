"""Which names a body may have: those that the API describes. Any other is refused, not ignored.

A word written wrongly would otherwise do nothing, unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, ClassVar, Final

from django.utils.translation import gettext
from rest_framework import serializers

from accounts.problems import Problem

# Of a name this much is said back.
_SHOWN: Final = 60
_LEAST_ALIKE: Final = 0.6


class UnknownName(Problem):
    """The body holds a name that means nothing there."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "unknown_name"


@dataclass(frozen=True)
class Names:
    """What one object of a body may hold: names with what they hold in turn, None for anything.

    `set_by_us` are names of the answer that a body cannot set; `any_name` is what every name
    holds where all are welcome, `each` what every object of a list is.
    """

    inner: Mapping[str, Names | None] = field(default_factory=dict)
    set_by_us: frozenset[str] = frozenset()
    any_name: Names | None = None
    each: Names | None = None
    is_free: bool = False


FREE: Final = Names(is_free=True)


def names_of(described: Any) -> Names:
    """The names of a serializer (class or instance); of None: no name at all."""
    if described is None:
        return Names()
    found = described() if isinstance(described, type) else described
    return _names_of(found) or FREE


def refuse_unknown(data: Any, names: Names, *, changes: bool = False) -> None:
    """Raise UnknownName for the first name that is not known, wherever it lies.

    `changes`: the body changes a thing and may bring along what only Almanac sets, as it was read.
    """
    _check(data, names, (), changes)


def _check(data: Any, names: Names, path: tuple[str, ...], changes: bool) -> None:
    if isinstance(data, list):
        for value in data if names.each is not None else ():
            _check(value, names.each or FREE, path, changes)
    elif isinstance(data, Mapping) and names.each is None and not names.is_free:
        for name, value in data.items():
            inner = _inner(str(name), names, path, changes)
            if inner is not None:
                _check(value, inner, (*path, str(name)), changes)


def _inner(name: str, names: Names, path: tuple[str, ...], changes: bool) -> Names | None:
    if name in names.inner:
        return names.inner[name]
    if names.any_name is not None:
        return names.any_name
    if name not in names.set_by_us:
        raise _unknown(name, names.inner, path)
    if not changes:
        raise _set_by_us(name, names.inner, path)
    return None


def _unknown(name: str, known: Collection[str], path: Sequence[str]) -> UnknownName:
    told = {"name": name[:_SHOWN], "place": ".".join(path)}
    near = get_close_matches(name.lower(), known, n=1, cutoff=_LEAST_ALIKE)
    if near:
        told["near"] = near[0]
        said = (
            gettext('Nothing is called "%(name)s" in %(place)s. Did you mean "%(near)s"?')
            if path
            else gettext('Nothing is called "%(name)s" here. Did you mean "%(near)s"?')
        )
    elif path:
        said = gettext('Nothing is called "%(name)s" in %(place)s.')
    else:
        said = gettext('Nothing is called "%(name)s" here.')
    return _refused(said % told, name, known, path)


def _set_by_us(name: str, known: Collection[str], path: Sequence[str]) -> UnknownName:
    said = gettext('"%(name)s" cannot be set: Almanac writes it itself. Leave it out.')
    return _refused(said % {"name": name[:_SHOWN]}, name, known, path)


def _refused(said: str, name: str, known: Collection[str], path: Sequence[str]) -> UnknownName:
    hint = gettext("Send no body here.")
    if known:
        hint = gettext("Use: %(known)s.") % {"known": ", ".join(known)}
    return UnknownName(said, field=".".join([*path, name[:_SHOWN]]), hint=hint)


def _names_of(field_: Any) -> Names | None:
    """What may lie inside a field; None for what is one value or anything."""
    if isinstance(field_, serializers.ListSerializer | serializers.ListField):
        inner = _names_of(field_.child)
        return Names(each=inner) if inner is not None else None
    if isinstance(field_, serializers.DictField):
        inner = _names_of(field_.child)
        return Names(any_name=inner) if inner is not None else None
    if not isinstance(field_, serializers.Serializer):
        return None
    fields = dict(field_.fields)
    settable = {
        name: _names_of(one)
        for name, one in fields.items()
        if not one.read_only and not isinstance(one, serializers.HiddenField)
    }
    return Names(settable, frozenset(fields) - set(settable))
