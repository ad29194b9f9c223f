"""Settings of the neural models, free of torch so that forms may list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.engine.errors import SettingsError, gettext_noop

LOSSES: Final = ("mae", "mse", "huber")


@dataclass(frozen=True)
class TrainingSettings:
    """How any network is trained.

    ``lookback`` 0 lets the frequency decide. An epoch is ``epoch_windows`` windows drawn at random;
    a window is one series (one channel of it where channels are trained apart); training ends
    after ``epochs``, after ``max_windows`` windows in all, after ``max_seconds`` of
    wall time, or after ``patience`` epochs without a better validation loss. More ``threads`` gain
    a third on an idle machine and lose everything on a busy one, where they wait for each other.
    """

    lookback: int = 0
    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    patience: int = 5
    loss: str = "mae"
    epoch_windows: int = 4_000
    max_windows: int = 80_000
    max_seconds: float = 30.0
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        positive = ("epochs", "batch_size", "learning_rate", "clip_norm", "patience")
        for name in (*positive, "epoch_windows", "max_windows", "max_seconds", "threads"):
            if not getattr(self, name) > 0:
                raise SettingsError(gettext_noop("%(name)s must be above zero."), name=name)
        if self.loss not in LOSSES:
            raise SettingsError(
                gettext_noop("The loss is one of %(known)s, not %(given)s."),
                known=", ".join(LOSSES),
                given=self.loss,
            )


@dataclass(frozen=True)
class LSTMSettings(TrainingSettings):
    """The network: ``num_layers`` LSTM layers of ``hidden_size``.

    Input steps are read in segments of ``segment`` steps; 0 takes one season of the data.
    """

    hidden_size: int = 128
    num_layers: int = 1
    dropout: float = 0.1
    segment: int = 0


@dataclass(frozen=True)
class ModuleSettings(TrainingSettings):
    """Training of a torch module of your own, which may take these three if it wants to."""

    hidden_size: int = 128
    num_layers: int = 2
    dropout: float = 0.1
