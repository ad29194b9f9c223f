"""What a setting of a model means, in one line for the people who change it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

WORDS: Final = {
    "season_length": _("Steps in a season; 0 takes the usual one of the data."),
    "window": _("Steps that are averaged; 0 takes one season."),
    "lookback": _("Past steps the model sees; 0 lets the step of the data decide."),
    "normalise": _("What is subtracted from every window before it is read."),
    "penalties": _("How many strengths of the penalty are tried."),
    "preset": _("How much is tried."),
    "max_rows": _("Only so many of the newest rows are learned from."),
    "epochs": _("Passes over the training windows, at most."),
    "batch_size": _("Windows per step of the training."),
    "learning_rate": _("How far one training step moves."),
    "weight_decay": _("Pulls weights towards zero; 0 does not."),
    "clip_norm": _("Longest step of the training."),
    "patience": _("Rounds without progress after which training ends."),
    "loss": _("Which error training makes small."),
    "likelihood": _("A single line, or a distribution whose quantiles become the intervals."),
    "epoch_windows": _("Windows drawn for one epoch."),
    "max_windows": _("Windows seen in all, at most."),
    "all_windows": _("Every epoch sees every window."),
    "max_seconds": _("Seconds of training, at most."),
    "seed": _("The same seed gives the same numbers."),
    "dropout": _("Share of the net that is left out while training."),
    "hidden_size": _("Width of the net."),
    "num_layers": _("Layers of the net."),
    "layers": _("Layers of the net."),
    "segment": _("Steps read as one; 0 lets the season decide."),
    "channels": _("Feature maps of every level."),
    "kernel_size": _("Steps one filter sees at once."),
    "model_size": _("Features of every token."),
    "heads": _("Attention heads; they share the features evenly."),
    "feed_forward": _("Features between two attention layers."),
    "patch": _("Steps of one patch."),
    "stride": _("Steps from one patch to the next."),
    "stacks": _("Blocks, each with a coarser view of the past."),
    "decoder_size": _("Features for every step ahead."),
    "strategy": _("All steps at once, or one after the other."),
    "objective": _("The mean, or quantiles."),
    "anchor": _("What trees measure the values from."),
    "calendar": _("Hour, weekday, month and the like as inputs."),
    "country": _("Holidays of this country as inputs, such as DE."),
    "subdivision": _("Holidays of this part of the country, such as BY."),
    "rounds": _("Trees, at most."),
    "leaves": _("Leaves of one tree."),
    "least_leaf_rows": _("Rows a leaf needs."),
    "subsample": _("Share of the rows a tree sees."),
    "columns": _("Share of the inputs a tree sees."),
    "box_cox": _("Try a transformation of the values."),
    "trend": _("Try a trend."),
    "arma_errors": _("Try errors that depend on each other."),
    "alpha_d": _("How fast the size of the demand is learned, 0 to 1."),
    "alpha_p": _("How fast the chance of a demand is learned, 0 to 1."),
    "members": _("Models that are combined, parted by commas."),
    "how": _("How they are combined."),
    "windows": _("Past windows that weights are learned from."),
    "context": _("Past rows the model reads."),
    "covariates": _("Use covariates."),
}


def words_of(name: str) -> str:
    """The line for a setting; empty where its own name is all that is known, as with plug-ins."""
    return str(WORDS.get(name, ""))
