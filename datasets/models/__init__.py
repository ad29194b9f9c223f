from datasets.models.column import Column
from datasets.models.dataset import Dataset, DatasetQuerySet
from datasets.models.version import Version

__all__ = ["Column", "Dataset", "DatasetQuerySet", "Version"]
