"""What tests need to be quick; everything else is the real thing."""

from config import logging as logs
from config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Tests ask from one thread without a loop: the only asynchronous middleware costs each of their
# requests 6 ms of switching. A live server of pytest-django serves static files by itself.
MIDDLEWARE = [one for one in MIDDLEWARE if not one.startswith("servestatic.")]
REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_THROTTLE_RATES": dict.fromkeys(
        REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"],  # type: ignore[call-overload]
        "100000/min",
    ),
}
LOG_LEVEL = "WARNING"
LOGGING = logs.tree("text", LOG_LEVEL)
