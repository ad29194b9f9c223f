"""Who may see and who may change a thing."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone

from accounts.models import Share, ShareLink, User
from accounts.ownership import fetch_editable, fetch_visible, require_creator
from accounts.problems import NotAllowed
from tests.accounts.things import Thing
from tests.factories import make_share


def test_owner_sees_and_changes_own_thing(things, thing, owner):
    assert fetch_visible(things, owner, pk=thing.pk) == thing
    assert fetch_editable(things, owner, pk=thing.pk) == thing


# policy of the share × person → may see, may change
MATRIX = [
    (None, "collaborator", False, False),
    (Share.Level.VIEWER, "collaborator", True, False),
    (Share.Level.EDITOR, "collaborator", True, True),
    (Share.Level.VIEWER, "viewer", True, False),
    (Share.Level.EDITOR, "viewer", True, False),
    (Share.Level.EDITOR, "admin", True, True),
    (None, "admin", False, False),
    (None, "viewer", False, False),
]


@pytest.mark.parametrize(("level", "who", "sees", "changes"), MATRIX)
def test_shares_open_exactly_what_they_say(things, thing, request, level, who, sees, changes):
    person = request.getfixturevalue(who)
    if level:
        make_share(thing, person, level)
    assert things.visible_to(person).filter(pk=thing.pk).exists() is sees
    assert things.editable_by(person).filter(pk=thing.pk).exists() is changes


def test_a_share_of_one_thing_opens_no_other(things, thing, owner, collaborator):
    other = things.create(owner=owner)
    make_share(thing, collaborator)
    assert list(things.visible_to(collaborator)) == [thing]
    assert other not in things.visible_to(collaborator)


def test_a_share_of_another_model_with_the_same_id_opens_nothing(things, thing, collaborator):
    impostor = User(pk=thing.pk)
    Share.objects.create(target=impostor, person=collaborator, level=Share.Level.EDITOR)
    assert not things.visible_to(collaborator).exists()


def test_stranger_and_missing_look_the_same(things, thing, stranger):
    for key in (thing.pk, uuid.uuid4(), "not-a-uuid"):
        with pytest.raises(Http404) as refusal:
            fetch_visible(things, stranger, pk=key)
        assert str(refusal.value) == ""
        with pytest.raises(Http404):
            fetch_editable(things, stranger, pk=key)


def test_reader_who_tries_to_change_is_told_whom_to_ask(things, thing, collaborator):
    make_share(thing, collaborator, Share.Level.VIEWER)
    with pytest.raises(NotAllowed, match="Ask its owner"):
        fetch_editable(things, collaborator, pk=thing.pk)


def test_signed_out_and_deactivated_see_nothing(things, thing, owner):
    owner.is_active = False
    for person in (owner, AnonymousUser()):
        assert not things.visible_to(person).exists()
        assert not things.editable_by(person).exists()
        assert not things.owned_by(person).exists()


def test_owner_turned_viewer_still_reads_but_no_longer_changes(things, thing, owner):
    owner.role = User.Role.VIEWER
    assert fetch_visible(things, owner, pk=thing.pk) == thing
    with pytest.raises(NotAllowed):
        fetch_editable(things, owner, pk=thing.pk)


def test_viewers_may_not_create(viewer, owner, admin):
    with pytest.raises(NotAllowed, match="analyst"):
        require_creator(viewer)
    require_creator(owner)
    require_creator(admin)


def test_a_link_opens_its_thing_until_it_ends(things, thing, owner):
    other = things.create(owner=owner)
    link, secret = ShareLink.issue(target=thing, created_by=owner, lifetime=timedelta(days=1))
    assert list(things.visible_through(secret)) == [thing]
    assert other not in things.visible_through(secret)
    assert secret not in link.token_hash
    another = ("y" if secret[0] == "x" else "x") + secret[1:]
    assert not things.visible_through(another).exists()
    ShareLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
    assert not things.visible_through(secret).exists()


def test_a_link_dies_with_its_makers_account(things, thing, owner):
    _, secret = ShareLink.issue(target=thing, created_by=owner, lifetime=None)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert not things.visible_through(secret).exists()


def test_shares_go_with_their_thing(things, thing, owner, collaborator):
    make_share(thing, collaborator)
    ShareLink.issue(target=thing, created_by=owner, lifetime=None)
    thing.delete()
    assert not Share.objects.exists()
    assert not ShareLink.objects.exists()


def test_seeing_costs_one_query(things, thing, collaborator, django_assert_num_queries):
    make_share(thing, collaborator)
    with django_assert_num_queries(1):
        assert len(things.visible_to(collaborator)) == 1


def test_a_person_with_things_cannot_be_deleted(things, thing, owner):
    assert Thing._meta.get_field("owner").remote_field.on_delete.__name__ == "PROTECT"
