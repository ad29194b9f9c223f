"""The audit log only grows."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import audit
from accounts.models import AuditEvent
from accounts.problems import Conflict
from accounts.tracing import request_id


def test_an_entry_names_person_action_and_object(owner, stranger):
    request_id.set("request-1")
    audit.record(owner, "user.praised", stranger, reason="kind", times=2)
    entry = AuditEvent.objects.get()
    assert (entry.actor, entry.actor_name, entry.action) == (owner, "olive", "user.praised")
    assert (entry.target_type, entry.target_id) == ("accounts.user", str(stranger.pk))
    assert entry.details == {"reason": "kind", "times": 2}
    assert entry.request_id == "request-1"


def test_a_name_cannot_forge_a_second_line(owner):
    entry = audit.record(owner, "x", None, note="a\r\nINFO admin did it\u2028b")
    assert entry.details["note"] == "a INFO admin did it b"


def test_entries_cannot_be_changed_or_deleted(owner):
    entry = audit.record(owner, "x")
    entry.action = "y"
    for attempt in (
        entry.save,
        entry.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(action="y"),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert AuditEvent.objects.get().action == "x"


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_events SET action = 'y'", "DELETE FROM audit_events"]
)
def test_the_database_itself_refuses(owner, statement):
    audit.record(owner, "x")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get().action == "x"


def test_the_trail_outlives_the_person(stranger):
    audit.record(stranger, "x")
    stranger.delete()
    assert AuditEvent.objects.get().actor_name == "sam"
