"""Rows behind the doors of datasets."""

from tests.datasets.made import read_dataset
from tests.doors.replay import Replay


def parts(dataset):
    version = dataset.current_version
    return [dataset.job, dataset, version, *version.columns.all()]


dataset = Replay(read_dataset, parts)
