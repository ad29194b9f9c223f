"""Files of tests lie in a folder of their own."""

import pytest

from tests.datasets.made import read_dataset


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """A storage and a work folder that only this test sees."""
    settings.VAR_DIR = tmp_path / "var"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "var" / "storage"},
        },
    }
    return settings.VAR_DIR


@pytest.fixture
def hourly(owner):
    """Ten days of hours: time c1, load c2 (100 to 330), note c3 (every second one missing)."""
    return read_dataset(owner)
