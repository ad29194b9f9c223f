"""Files of tests lie in a folder of their own."""

import pytest


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
