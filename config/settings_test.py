"""What tests need to be quick; everything else is the real thing."""

from config import logging as logs
from config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each test client builds the middleware anew: looking through all static files took 0.2 s a test.
# A live server of pytest-django serves static files by itself.
SERVESTATIC_AUTOREFRESH = True
SERVESTATIC_USE_FINDERS = False
SERVESTATIC_USE_STATIC_ROOT = False
REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_THROTTLE_RATES": dict.fromkeys(
        REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"],  # type: ignore[call-overload]
        "100000/min",
    ),
}
LOG_LEVEL = "WARNING"
LOGGING = logs.tree("text", LOG_LEVEL)
