"""Rows behind the doors of datasets."""

from datasets.models import Column, Dataset, Version
from tests.datasets.made import read_dataset

_first: dict[str, object] = {}


def dataset(owner):
    """A dataset with real files. The file is read once; later ones are rows over the same files."""
    if not _first:
        made = read_dataset(owner)
        version = made.current_version
        _first.update(
            dataset=values_of(made),
            version=values_of(version),
            columns=[values_of(column) for column in version.columns.all()],
        )
        return made
    copy = Dataset.objects.create(**{**_first["dataset"], "owner_id": owner.pk})
    version = Version.objects.create(**{**_first["version"], "dataset_id": copy.pk})
    Column.objects.bulk_create(
        Column(**{**values, "version_id": version.pk}) for values in _first["columns"]
    )
    return copy


def values_of(row):
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value for name, value in kept.items() if name not in {"id", "job_id"}}
