"""Models of somebody else's, registered the two ways there are."""

from torch import nn

from forecasting.engine.baselines import SeasonalNaive
from forecasting.engine.registry import register_model


class CustomNet(nn.Module):
    """A torch module as the documentation writes it."""

    def __init__(self, input_size, output_size, hidden_size=16):
        super().__init__()
        self.recurrent = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, inputs):
        return self.head(self.recurrent(inputs)[0][:, -1])


class CustomRule(SeasonalNaive):
    """A Forecaster: half the last season, half the last value."""

    def _from(self, block, origins, horizon):
        last = block.columns[:, origins - 1, None]
        return 0.5 * super()._from(block, origins, horizon) + 0.5 * last


NAMES = ["custom_net", "custom_rule"]


def register():
    register_model("custom_net", CustomNet, label="Net", description="A network of your own.")
    register_model("custom_rule", CustomRule, label="Rule", description="A rule of your own.")
