"""Settings of the neural models, free of torch so that forms may list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.engine.errors import SettingsError, gettext_noop

LOSSES: Final = ("mae", "mse", "huber")
LIKELIHOODS: Final = ("point", "quantile", "gaussian", "student_t", "negative_binomial")
DEVICES: Final = ("auto", "cpu", "cuda")
PRECISIONS: Final = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class TrainingSettings:
    """How any network is trained.

    ``lookback`` 0 lets the frequency decide; the last ``validation`` rows of every series
    (0: a fifth) are never learned from. An epoch is ``epoch_windows`` windows drawn at random;
    a window is one series (one channel of it where channels are trained apart); training ends
    after ``epochs``, after ``max_windows`` windows in all, after as many as ``max_seconds`` allow
    a net of this size, or after ``patience`` epochs without a better validation loss. With
    ``all_windows`` every epoch sees every window and only ``epochs`` and ``max_seconds`` of wall
    time end it. ``likelihood`` is what the last layer describes: a point, whose error is ``loss``,
    or a distribution, whose quantiles become the intervals. A batch that would take more than
    ``max_memory_mb`` (0: half of what is free) is worked off in parts. More ``threads`` gain
    a third on an idle machine and lose everything on a busy one, where they wait for each other.
    """

    lookback: int = 0
    validation: int = 0
    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    patience: int = 5
    loss: str = "mae"
    likelihood: str = "point"
    epoch_windows: int = 2_000
    max_windows: int = 20_000
    all_windows: bool = False
    max_seconds: float = 30.0
    max_memory_mb: int = 0
    seed: int = 0
    threads: int = 1
    device: str = "auto"
    precision: str = "auto"

    def __post_init__(self) -> None:
        positive = ("epochs", "batch_size", "learning_rate", "clip_norm", "patience")
        for name in (*positive, "epoch_windows", "max_windows", "max_seconds", "threads"):
            if not getattr(self, name) > 0:
                raise SettingsError(gettext_noop("%(name)s must be above zero."), name=name)
        for name in ("lookback", "validation", "weight_decay", "max_memory_mb"):
            if getattr(self, name) < 0:
                raise SettingsError(gettext_noop("%(name)s must not be negative."), name=name)
        _require_one_of("loss", self.loss, LOSSES)
        _require_one_of("likelihood", self.likelihood, LIKELIHOODS)
        _require_one_of("device", self.device, DEVICES)
        _require_one_of("precision", self.precision, PRECISIONS)


@dataclass(frozen=True)
class ModuleSettings(TrainingSettings):
    """Training of a torch module of your own, which may take these three if it wants to."""

    hidden_size: int = 128
    num_layers: int = 2
    dropout: float = 0.1


def _require_one_of(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise SettingsError(
            gettext_noop("%(name)s is one of %(known)s, not %(given)s."),
            name=name,
            known=", ".join(known),
            given=given,
        )
