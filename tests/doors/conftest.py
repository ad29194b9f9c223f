import pytest


@pytest.fixture(scope="session")
def storehouse(tmp_path_factory):
    return tmp_path_factory.mktemp("doors")


@pytest.fixture(autouse=True)
def own_files(settings, storehouse):
    """Files lie in a folder of this run; they are made once and shared by all knocks."""
    settings.VAR_DIR = storehouse
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": storehouse / "storage"},
        },
    }
