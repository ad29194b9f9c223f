import pytest
from django.conf import settings
from django.test import override_settings


@pytest.fixture(scope="session")
def storehouse(tmp_path_factory):
    return tmp_path_factory.mktemp("doors")


@pytest.fixture(scope="module", autouse=True)
def own_files(storehouse):
    """Files lie in a folder of this run; they are made once and shared by all knocks."""
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": storehouse / "storage"},
    }
    with override_settings(VAR_DIR=storehouse, STORAGES={**settings.STORAGES, "default": storage}):
        yield
