"""Checkpoints of a few thousand random numbers, in the format the real ones are published in.

Run `python -m tests.forecasting.engine.tiny_weights` to write those that the saved models refer to;
it never touches what is there.
"""

from pathlib import Path

import torch
from chronos import Chronos2Model
from chronos.chronos2.config import Chronos2CoreConfig
from chronos.chronos_bolt import ChronosBoltModelForForecasting
from timesfm3.torch import (
    ResidualBlockConfig,
    StackedTransformersConfig,
    TimesFM3Torch,
    TransformerConfig,
)
from transformers import T5Config
from transformers.utils import logging

FOLDER = Path("tests/forecasting/engine/saved/weights")
TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
# What both families of Chronos have: layers as those of T5, and patches of the past.
LAYERS = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
PATCHES = {
    "context_length": 64,
    "input_patch_size": 8,
    "input_patch_stride": 8,
    "use_reg_token": True,
}


def write_chronos2(folder, seed=0):
    torch.manual_seed(seed)
    config = Chronos2CoreConfig(
        **LAYERS,
        chronos_config={
            **PATCHES,
            "output_patch_size": 8,
            "max_output_patches": 4,
            "quantiles": [0.01, 0.05, *TENTHS, 0.95, 0.99],
            "use_arcsinh": True,
            "time_encoding_scale": 64,
        },
        chronos_pipeline_class="Chronos2Pipeline",
    )
    config.architectures = ["Chronos2Model"]
    return _saved(Chronos2Model(config), folder)


def write_chronos_bolt(folder, seed=0):
    torch.manual_seed(seed)
    config = T5Config(
        **LAYERS,
        num_decoder_layers=1,
        vocab_size=2,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        chronos_config={**PATCHES, "prediction_length": 16, "quantiles": TENTHS},
        chronos_pipeline_class="ChronosBoltPipeline",
    )
    config.architectures = ["ChronosBoltModelForForecasting"]
    return _saved(ChronosBoltModelForForecasting(config), folder)


def write_timesfm(folder, seed=0):
    torch.manual_seed(seed)
    block = ResidualBlockConfig(hidden_dims=16, output_dims=16, use_bias=False, activation="relu")
    layer = TransformerConfig(
        model_dims=16,
        hidden_dims=16,
        num_heads=2,
        attention_norm="rms",
        feedforward_norm="rms",
        qk_norm="rms",
        use_rope_seq=True,
        use_rope_var=True,
        use_bias=False,
        ff_activation="relu",
        deterministic=True,
    )
    model = TimesFM3Torch(
        input_patch_len=4,
        output_patch_len=8,
        residual_block_config=block,
        transformer_config=StackedTransformersConfig(num_layers=1, transformer=layer),
    )
    return _saved(model, folder)


def _saved(model, folder):
    logging.disable_progress_bar()
    model.save_pretrained(folder)
    (Path(folder) / "README.md").unlink(missing_ok=True)
    return str(folder)


def main():
    for name, write in (("chronos2", write_chronos2), ("timesfm", write_timesfm)):
        if not (FOLDER / name / "config.json").exists():
            write(FOLDER / name)


if __name__ == "__main__":
    main()
