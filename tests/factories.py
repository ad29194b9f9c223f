"""Plain functions that make rows; say only what matters to the test."""

from datetime import timedelta
from itertools import count

from accounts.models import ApiToken, Share, User

PASSWORD = "a long enough passphrase"
_numbers = count(1)


def make_user(username="", *, password=None, **fields):
    """An analyst, unless a role is given; without a password, which makes it quick."""
    username = username or f"person{next(_numbers)}"
    fields.setdefault("email", f"{username}@example.org")
    return User.objects.create_user(username=username, password=password, **fields)


def make_share(target, person, level=Share.Level.VIEWER):
    """Let `person` view (or edit) `target`."""
    return Share.objects.create(target=target, person=person, level=level)


def make_token(owner, scopes=("read", "write"), *, lifetime=timedelta(days=30), name="test"):
    """A personal API token: (row, secret)."""
    return ApiToken.issue(owner=owner, name=name, scopes=list(scopes), lifetime=lifetime)
