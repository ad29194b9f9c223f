"""Who knocks and what lies behind the doors, made once: every knock is undone."""

import contextlib
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import browser_of
from tests.factories import make_user


@dataclass(frozen=True)
class Behind:
    """What is behind a door, and whose it is."""

    owner: User
    row: Any = None


class House:
    """Every kind of row has an owner who has nothing else."""

    def __init__(self, doors):
        made = {door.object: door.make for door in doors if door.object}
        self.rows = {"": Behind(make_user())}
        for name, make in made.items():
            owner = make_user()
            self.rows[name] = Behind(owner, make(owner))
        self.stranger = make_user("sam")
        self.collaborator = make_user("colin")
        self.viewer = make_user("vera", role=User.Role.VIEWER)
        self.admin = make_user("ada", role=User.Role.ADMIN)
        owners = [behind.owner for behind in self.rows.values()]
        guests = [self.stranger, self.collaborator, self.viewer, self.admin]
        self._cookies = {person.pk: browser_of(person).cookies for person in owners + guests}
        # Only cookies differ from client to client; the loaded middleware is the same.
        self._handlers = {kind: kind().handler for kind in (Client, APIClient)}

    def client(self, kind, person=None):
        """A client that nobody has used, signed in as this person."""
        made = kind()
        made.handler = self._handlers[kind]
        if person:
            made.cookies.update(self._cookies[person.pk])
        return made


@contextlib.contextmanager
def built(doors):
    """The house, until the end of the block."""
    with transaction.atomic():
        yield House(doors)
        transaction.set_rollback(True)
