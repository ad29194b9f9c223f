"""The neural networks, without importing torch."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from forecasting.engine import network_settings as sizes
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import gettext_noop
from forecasting.engine.model_type import ModelType

TRAINED: Final = Capabilities(
    global_=True,
    uses_known_future=True,
    uses_static=True,
    trains_long=True,
    resumable=True,
    needs_torch=True,
)
COVARIATES: Final = replace(TRAINED, uses_past=True)

ENTRIES: Final = (
    ModelType(
        "lstm",
        gettext_noop("LSTM"),
        gettext_noop("A recurrent neural network."),
        sizes.LSTMSettings,
        "forecasting.engine.neural.lstm:LSTMForecaster",
        COVARIATES,
    ),
    ModelType(
        "gru",
        gettext_noop("GRU"),
        gettext_noop("A recurrent network with one state less than the LSTM."),
        sizes.GRUSettings,
        "forecasting.engine.neural.gru:GRUForecaster",
        COVARIATES,
    ),
    ModelType(
        "segrnn",
        gettext_noop("SegRNN"),
        gettext_noop("A recurrent network over segments that answers all segments ahead at once."),
        sizes.SegRNNSettings,
        "forecasting.engine.neural.segrnn:SegRNNForecaster",
        COVARIATES,
    ),
    ModelType(
        "tcn",
        gettext_noop("TCN"),
        gettext_noop("Dilated causal convolutions over the past."),
        sizes.TCNSettings,
        "forecasting.engine.neural.tcn:TCNForecaster",
        COVARIATES,
    ),
    ModelType(
        "dlinear",
        gettext_noop("DLinear"),
        gettext_noop("One linear layer for the trend and one for the rest."),
        sizes.DLinearSettings,
        "forecasting.engine.neural.dlinear:DLinearForecaster",
        TRAINED,
    ),
    ModelType(
        "nlinear",
        gettext_noop("NLinear"),
        gettext_noop("One linear layer over the changes since the last value."),
        sizes.NLinearSettings,
        "forecasting.engine.neural.nlinear:NLinearForecaster",
        TRAINED,
    ),
    ModelType(
        "nhits",
        gettext_noop("N-HiTS"),
        gettext_noop("Stacks that see the past ever finer and answer in ever more knots."),
        sizes.NHITSSettings,
        "forecasting.engine.neural.nhits:NHITSForecaster",
        COVARIATES,
    ),
    ModelType(
        "tide",
        gettext_noop("TiDE"),
        gettext_noop("Dense encoder and decoder over the past and all covariates."),
        sizes.TiDESettings,
        "forecasting.engine.neural.tide:TiDEForecaster",
        COVARIATES,
    ),
    ModelType(
        "transformer",
        gettext_noop("Transformer"),
        gettext_noop("Encoder and decoder with attention, all steps ahead at once."),
        sizes.TransformerSettings,
        "forecasting.engine.neural.transformer:TransformerForecaster",
        COVARIATES,
    ),
    ModelType(
        "patchtst",
        gettext_noop("PatchTST"),
        gettext_noop("Attention over overlapping patches of the past, channel by channel."),
        sizes.PatchTSTSettings,
        "forecasting.engine.neural.patchtst:PatchTSTForecaster",
        COVARIATES,
    ),
    ModelType(
        "itransformer",
        gettext_noop("iTransformer"),
        gettext_noop("Attention between channels, each of them one token."),
        sizes.ITransformerSettings,
        "forecasting.engine.neural.itransformer:ITransformerForecaster",
        COVARIATES,
    ),
    ModelType(
        "tft",
        gettext_noop("TFT"),
        gettext_noop("Selected variables, recurrence and attention behind gates."),
        sizes.TFTSettings,
        "forecasting.engine.neural.tft:TFTForecaster",
        COVARIATES,
    ),
)
