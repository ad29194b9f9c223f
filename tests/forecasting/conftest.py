"""Files of tests lie in a folder of their own; races last a blink."""

import pytest


@pytest.fixture(autouse=True)
def own_files(request, tmp_path):
    """A storage and a work folder that only this test sees. The engine has no files."""
    if "engine" in request.node.path.parts:
        return None
    settings = request.getfixturevalue("settings")
    settings.VAR_DIR = tmp_path / "var"
    settings.FORECAST_BALANCED_SECONDS = 1.0
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "var" / "storage"},
        },
    }
    return settings.VAR_DIR
