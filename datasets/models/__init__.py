from datasets.models.column import Column
from datasets.models.dataset import Dataset, DatasetQuerySet
from datasets.models.draft import Draft
from datasets.models.query import Query
from datasets.models.upload import Upload
from datasets.models.version import Version

__all__ = ["Column", "Dataset", "DatasetQuerySet", "Draft", "Query", "Upload", "Version"]
