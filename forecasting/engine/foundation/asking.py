"""Many questions to a network, in batches that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forecasting.engine.foundation.backbone import Backbone
from forecasting.engine.foundation.quantiles import usual
from forecasting.engine.foundation.tasks import Question, questions
from forecasting.engine.panel import Floats, Panel

# A series and the row its forecast begins at.
Place = tuple[int, int]


def ask(
    backbone: Backbone,
    panel: Panel,
    places: Sequence[Place],
    horizon: int,
    context: int,
    batch: int,
) -> Iterator[list[tuple[Place, Floats]]]:
    """The usual quantiles ``[5, H, C]`` after every place, batch by batch."""
    together = backbone.uses_covariates
    waiting: list[tuple[Place, list[Question]]] = []
    for place in places:
        asked = questions(panel, *place, context, horizon, together=together)
        rows = sum(question.task.rows for _, some in waiting for question in some)
        if waiting and rows + sum(question.task.rows for question in asked) > batch:
            yield _answered(backbone, waiting, horizon)
            waiting = []
        waiting.append((place, asked))
    if waiting:
        yield _answered(backbone, waiting, horizon)


def _answered(
    backbone: Backbone, waiting: Sequence[tuple[Place, list[Question]]], horizon: int
) -> list[tuple[Place, Floats]]:
    every = [question for _, asked in waiting for question in asked]
    found = iter(backbone.forecast([question.task for question in every], horizon))
    answers = []
    for place, asked in waiting:
        parts = [question.answer(next(found)) for question in asked]
        quantiles = usual(np.concatenate(parts), backbone.levels)
        answers.append((place, quantiles.transpose(0, 2, 1)))
    return answers
