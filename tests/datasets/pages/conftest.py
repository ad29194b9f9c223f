"""Real files in a folder of their own."""

import pytest

from tests.datasets.made import read_dataset


@pytest.fixture(autouse=True)
def storage_of_its_own(settings, tmp_path):
    """Uploads of a test go nowhere else."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "storage")},
        },
    }


@pytest.fixture
def hourly(owner):
    """Ten days of hours: time c1, load c2 (100 to 330), note c3 (every second one missing)."""
    return read_dataset(owner)
