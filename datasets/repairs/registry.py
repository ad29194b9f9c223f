"""All steps, by name and in the order in which they are offered."""

from __future__ import annotations

from datasets.repairs.step import Step
from datasets.repairs.steps import (
    calendar,
    columns,
    deduplicate,
    edit,
    encode,
    expression,
    features,
    fill,
    log,
    outliers,
    resample,
    rolling,
    rows,
    scale,
    shifted,
    smooth,
    sort,
    split,
    zone,
)

STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        sort.STEP,
        deduplicate.STEP,
        resample.STEP,
        fill.STEP,
        outliers.STEP,
        smooth.STEP,
        zone.STEP,
        rows.STEP,
        calendar.STEP,
        shifted.LAG,
        shifted.DIFFERENCE,
        shifted.PERCENTAGE,
        rolling.STEP,
        log.STEP,
        expression.STEP,
        scale.STEP,
        encode.STEP,
        split.STEP,
        features.TIME_FEATURES,
        features.LAG_FEATURES,
        columns.RENAME,
        columns.ROLE,
        columns.RETYPE,
        columns.DROP,
        edit.STEP,
    )
}
