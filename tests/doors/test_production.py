"""The production settings hold Django's deployment checks and ours, and refuse to start bare."""

import os
import subprocess
import sys

import pytest
from django.test import override_settings

from accounts.checks import check_doors, check_hosts, check_secrets
from config.deploy_check import production_environment

CONSOLE = "django.core.mail.backends.console.EmailBackend"
CHECK = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]


def run(command=CHECK, **changes):
    environment = {**os.environ, **production_environment(), **changes}
    environment.pop("ALMANAC_VAR", None)
    environment = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_production_settings_pass():
    done = run()
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"JWT_KEY": "short"}, "JWT_KEY is missing or shorter"),
    ],
)
def test_it_does_not_start_without_real_secrets(changes, words):
    done = run(**changes)
    assert done.returncode != 0
    assert words in done.stderr


OPEN_DOORS = [
    (check_secrets, {"SECRET_KEY": "x" * 49}, "accounts.E001"),
    (check_secrets, {"SECRET_KEY": "x" * 60, "JWT_KEY": "x" * 60}, "accounts.E002"),
    (check_hosts, {"ALLOWED_HOSTS": []}, "accounts.E003"),
    (check_hosts, {"ALLOWED_HOSTS": ["*"]}, "accounts.E003"),
    (check_hosts, {"CORS_ALLOWED_ORIGINS": ["https://*.example.org"]}, "accounts.E004"),
    (check_hosts, {"CORS_ALLOW_ALL_ORIGINS": True}, "accounts.E004"),
    (check_doors, {"REST_FRAMEWORK": {}}, "accounts.E005"),
    (check_doors, {"MIDDLEWARE": []}, "accounts.E006"),
    (check_doors, {"SIGNUP_OPEN": True, "EMAIL_BACKEND": CONSOLE}, "accounts.E007"),
]


@pytest.mark.parametrize(("check", "changes", "found"), OPEN_DOORS)
def test_a_door_left_open_is_found(check, changes, found):
    assert check(None) == []
    with override_settings(**changes):
        assert [message.id for message in check(None)] == [found]


def test_production_means_https_only():
    probe = (
        "from config import settings as s;"
        "print(s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_HSTS_SECONDS >= 31536000, s.SESSION_COOKIE_NAME, s.DEBUG)"
    )
    done = run([sys.executable, "-c", probe])
    assert done.stdout.split() == ["True", "True", "True", "True", "__Host-session", "False"]
