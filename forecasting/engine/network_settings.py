"""Sizes of the networks: one small dataclass each, over the training settings all of them share."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.neural_settings import TrainingSettings


def require_heads(size: int, heads: int) -> None:
    """Raise SettingsError unless every head gets the same whole number of features."""
    if heads < 1 or size % heads:
        raise SettingsError(
            gettext_noop("%(size)s features cannot be shared by %(heads)s heads; take a multiple."),
            size=size,
            heads=heads,
        )


@dataclass(frozen=True)
class NetworkSettings(TrainingSettings):
    """``dropout`` is the share of activations left out while training."""

    dropout: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.dropout < 1:
            raise SettingsError(gettext_noop("dropout lies between 0 and 1."))


@dataclass(frozen=True)
class LSTMSettings(NetworkSettings):
    """The network: ``num_layers`` recurrent layers of ``hidden_size``.

    Input steps are read in segments of ``segment`` steps; 0 takes one season of the data.
    """

    hidden_size: int = 128
    num_layers: int = 1
    segment: int = 0
    # So few windows as the default shows want larger steps than the other networks.
    learning_rate: float = 5e-3


@dataclass(frozen=True)
class GRUSettings(LSTMSettings):
    """As for the LSTM."""


@dataclass(frozen=True)
class TCNSettings(NetworkSettings):
    """Dilated causal convolutions of ``kernel_size`` over ``channels`` feature maps, as many levels
    as the lookback needs; the past is read in segments of ``segment`` steps (0: a quarter of a
    season)."""

    channels: int = 32
    kernel_size: int = 5
    segment: int = 0
    learning_rate: float = 3e-3


@dataclass(frozen=True)
class AttentionSettings(NetworkSettings):
    """``layers`` of ``heads`` attention heads on ``model_size`` features, with ``feed_forward``
    features between."""

    model_size: int = 64
    heads: int = 4
    layers: int = 2
    feed_forward: int = 128

    def __post_init__(self) -> None:
        super().__post_init__()
        require_heads(self.model_size, self.heads)


@dataclass(frozen=True)
class TransformerSettings(AttentionSettings):
    """Encoder and decoder of ``layers`` each; the past is read in segments of ``segment`` steps (0:
    a quarter of a season)."""

    segment: int = 0


@dataclass(frozen=True)
class PatchTSTSettings(AttentionSettings):
    """Patches of ``patch`` steps, a new one every ``stride`` steps."""

    model_size: int = 16
    layers: int = 3
    dropout: float = 0.3
    patch: int = 16
    stride: int = 8
    loss: str = "mse"


@dataclass(frozen=True)
class ITransformerSettings(AttentionSettings):
    """Every channel is a token."""

    model_size: int = 128
    feed_forward: int = 256


@dataclass(frozen=True)
class TFTSettings(NetworkSettings):
    """``hidden_size`` features everywhere, ``heads`` attention heads; the past is read in segments
    of ``segment`` steps (0: a quarter of a season)."""

    hidden_size: int = 64
    heads: int = 4
    segment: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_heads(self.hidden_size, self.heads)


@dataclass(frozen=True)
class SegRNNSettings(NetworkSettings):
    """Segments of ``segment`` steps (0: two seasons, at most 48) and a hidden state of
    ``hidden_size``."""

    hidden_size: int = 256
    segment: int = 0
    dropout: float = 0.5
    learning_rate: float = 3e-3


@dataclass(frozen=True)
class DLinearSettings(NetworkSettings):
    """The trend is the moving mean of ``kernel_size`` steps."""

    kernel_size: int = 25


@dataclass(frozen=True)
class NLinearSettings(NetworkSettings):
    """One linear layer; nothing to choose."""


@dataclass(frozen=True)
class NHITSSettings(NetworkSettings):
    """``stacks`` blocks, each seeing the past pooled and answering in fewer knots."""

    stacks: int = 3
    hidden_size: int = 256
    layers: int = 2


@dataclass(frozen=True)
class TiDESettings(NetworkSettings):
    """Residual blocks of ``hidden_size``; ``decoder_size`` features for every step ahead."""

    hidden_size: int = 128
    layers: int = 2
    decoder_size: int = 8
