"""Settings of foundation models, apart so that listing the models costs nothing."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.errors import SettingsError, gettext_noop


@dataclass(frozen=True)
class FoundationSettings:
    """``weights`` is a local folder with config.json and model.safetensors as they were published.

    At most ``context`` rows are read, fewer where the model takes fewer; ``batch`` channels and
    covariates at once. ``windows`` past cutoffs of every series show how far its intervals are to
    be trusted. ``device`` is "auto", "cpu" or a device of torch.
    """

    weights: str = ""
    context: int = 2048
    batch: int = 64
    windows: int = 16
    covariates: bool = True
    device: str = "auto"

    def __post_init__(self) -> None:
        for name in ("context", "batch", "windows"):
            if getattr(self, name) < 1:
                raise SettingsError(
                    gettext_noop("%(name)s must be at least 1."),
                    name=name,
                )
