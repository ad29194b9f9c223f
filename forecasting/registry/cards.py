"""The card of a model: what it is for, how good it is, what it was made from and with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from forecasting import spans, wording
from forecasting.engine.frequency import Frequency
from forecasting.models import ModelVersion, TrainedModel

_HIDDEN: Final = frozenset({"report", "channels", "horizon", "lookback"})
# PostgreSQL keeps no order of keys.
_FIRST: Final = ("almanac", "python", "device", "package")
_POOR: Final = 1.5
_NARROW: Final = 0.05


@dataclass(frozen=True)
class Knowledge:
    """One thing to know before using a model: an icon of the page, its tone and the sentence."""

    icon: str
    tone: str
    text: str


def describe(row: TrainedModel, words: Mapping[str, Any]) -> None:
    """Change what people say about a model: its description, and the notes of its version."""
    if "description" in words:
        row.description = str(words["description"])
        row.save(update_fields=["description", "updated_at"])
    version: ModelVersion | None = getattr(row, "registered", None)
    if version is not None and "notes" in words:
        version.notes = str(words["notes"])
        version.save(update_fields=["notes", "updated_at"])


def settings_of(row: TrainedModel) -> list[tuple[str, str]]:
    """Every setting with its value, as it is written."""
    return [
        (name, setting_words(value))
        for name, value in row.parameters.items()
        if name not in _HIDDEN
    ]


def knowledge_of(row: TrainedModel) -> list[Knowledge]:
    """What it is meant for, what it needs, and where it is weak, from its own numbers."""
    return [*_purpose(row), *_strength(row), *_weakness(row)]


def environment_of(row: TrainedModel) -> list[tuple[str, str]]:
    """Name and version of what made it; a place of its own for the device."""
    version: ModelVersion | None = getattr(row, "registered", None)
    told = version.environment if version is not None else {}
    names = [name for name in _FIRST if name in told] + sorted(set(told) - set(_FIRST))
    return [(name, str(told[name])) for name in names if told[name]]


def as_file(row: TrainedModel) -> HttpResponse:
    """The card as a Markdown file."""
    version: ModelVersion | None = getattr(row, "registered", None)
    stem = f"{version.line.name}-v{version.number}" if version else row.type
    response = HttpResponse(markdown(row), content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{stem}.md"
    )
    return response


def markdown(row: TrainedModel) -> str:
    """The whole card, to be read without this server."""
    version: ModelVersion | None = getattr(row, "registered", None)
    title = f"{version.line.name} v{version.number}" if version else row.name
    parts = [f"# {_plain(title)}", _plain(row.name)]
    if row.description:
        parts.append(_plain(row.description))
    parts.append(_list([one.text for one in knowledge_of(row)]))
    parts += [f"## {gettext('Accuracy')}", _table(_accuracy(row))]
    if windows := row.metrics.get("windows"):
        parts += [f"## {gettext('Backtest')}", _windows(windows)]
    parts += [f"## {gettext('Where it comes from')}", _table(_origin(row, version))]
    parts += [f"## {gettext('Settings')}", _table(settings_of(row))]
    if environment := environment_of(row):
        parts += [f"## {gettext('Environment')}", _table(environment)]
    if version is not None and version.notes:
        parts += [f"## {gettext('Notes')}", _plain(version.notes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _purpose(row: TrainedModel) -> list[Knowledge]:
    frequency = Frequency.parse(row.version.frequency)
    horizon, lookback = (int(row.parameters.get(name, 0)) for name in ("horizon", "lookback"))
    found = []
    if horizon:
        words = {"data": row.dataset.name, "span": spans.span_words(horizon, frequency)}
        found.append(
            Knowledge("check", "good", gettext("Meant for %(data)s, up to %(span)s ahead") % words)
        )
    if lookback:
        text = gettext("Looks at the last %(span)s") % {"span": spans.counted(lookback, frequency)}
        found.append(Knowledge("info", "", text))
    return found


def _strength(row: TrainedModel) -> list[Knowledge]:
    if row.accuracy is None:
        return []
    if row.accuracy > 0:
        return [Knowledge("check", "good", gettext("Better than repeating the last season"))]
    text = gettext("Not better than repeating the last season: prefer seasonal naive")
    return [Knowledge("warn", "warn", text)]


def _weakness(row: TrainedModel) -> list[Knowledge]:
    """Its worst window, bands that do not hold, and what it said itself."""
    found = []
    windows = [one for one in row.metrics.get("windows", ()) if one.get("mae") is not None]
    frequency = Frequency.parse(row.version.frequency)
    if len(windows) > 2:
        worst = max(windows, key=lambda one: one["mae"])
        usual = sorted(one["mae"] for one in windows)[len(windows) // 2]
        if usual and worst["mae"] > _POOR * usual:
            words = {
                "moment": wording.moment(worst["cutoff"], frequency, row.version.clock),
                "times": wording.figure(round(worst["mae"] / usual, 1)),
            }
            text = gettext("Weak after %(moment)s: the error was %(times)s times the usual") % words
            found.append(Knowledge("warn", "warn", text))
    found += _bands(row)
    found += [Knowledge("warn", "warn", note) for note in row.metrics.get("notes", ())]
    return found


def _bands(row: TrainedModel) -> list[Knowledge]:
    found = []
    for level, inside in (row.metrics.get("coverage") or {}).items():
        if inside is None or float(level) / 100 - float(inside) / 100 <= _NARROW:
            continue
        words = {"level": f"{float(level):g}", "inside": wording.percent(float(inside) / 100)}
        text = gettext("The %(level)s%% band held only %(inside)s of the past values") % words
        found.append(Knowledge("warn", "warn", text))
    return found


def _accuracy(row: TrainedModel) -> list[tuple[str, str]]:
    rows = [
        (gettext("Bias") if name == "bias" else name.upper(), setting_words(row.metrics[name]))
        for name in ("mase", "mae", "rmse", "smape", "wape", "bias")
        if row.metrics.get(name) is not None
    ]
    if row.accuracy is not None:
        rows.append((gettext("Over naive"), wording.percent(row.accuracy)))
    for level, inside in (row.metrics.get("coverage") or {}).items():
        if inside is not None:
            label = gettext("In the %(level)s%% band") % {"level": level}
            rows.append((label, wording.percent(float(inside) / 100)))
    return rows


def _origin(row: TrainedModel, version: ModelVersion | None) -> list[tuple[str, str]]:
    rows = [
        (gettext("Dataset"), f"{row.dataset.name} v{row.version.number}"),
        (gettext("Content"), row.version.content_hash),
        (gettext("Rows"), f"{row.version.row_count:,}"),
        (gettext("Type"), f"{row.label} ({row.type})"),
        (gettext("Trained"), f"{row.created_at:%Y-%m-%d %H:%M} UTC"),
    ]
    if (seconds := row.metrics.get("seconds")) is not None:
        rows.append((gettext("Fit"), f"{wording.figure(float(seconds))} s"))
    rows.append((gettext("Size"), f"{row.size:,} B"))
    if version is not None:
        names = ", ".join(str(name) for name in version.recipe.get("names", ()))
        rows.insert(1, (gettext("Targets"), names))
    return rows


def setting_words(value: Any) -> str:
    """A setting as it is written: numbers with their digits, `true`, lists as JSON."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number:
        return wording.figure(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _windows(windows: list[dict[str, Any]]) -> str:
    head = f"| {gettext('Cutoff')} | MAE |\n|---|---|\n"
    errors = [(window["cutoff"], window["mae"]) for window in windows]
    lines = [
        f"| {cutoff} | {'–' if error is None else setting_words(error)} |"
        for cutoff, error in errors
    ]
    return head + "\n".join(lines)


def _table(rows: list[tuple[str, str]]) -> str:
    lines = [f"| {_cell(name)} | {_cell(value)} |" for name, value in rows]
    return "\n".join(["| | |", "|---|---|", *lines]) if lines else ""


def _list(lines: list[str]) -> str:
    return "\n".join(f"- {_plain(line)}" for line in lines)


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """People's words stay words: no markup, no line breaks."""
    escaped = "".join(f"\\{sign}" if sign in "\\`*_[]<>#" else sign for sign in str(text))
    return " ".join(escaped.split())
