"""No door without a sign: each route is classified, and as its code is."""

import pytest
from rest_framework.permissions import AllowAny

from tests.doors.matrix import door_of, doors
from tests.doors.routes import all_routes

ROUTES = all_routes()
CLASSIFIED = [route for route in ROUTES if door_of(route)]


def test_every_route_action_and_socket_is_classified():
    missing = sorted({route.name for route in ROUTES if door_of(route) is None})
    assert not missing, f"Classify in tests/doors/<app>.yaml: {missing}"


def test_no_entry_is_left_over():
    used = {door_of(route).name for route in CLASSIFIED}
    assert sorted(set(doors()) - used) == []


def test_the_walk_finds_what_is_known_to_exist():
    names = {route.name for route in ROUTES}
    assert {"health", "accounts:account", "api:me", "admin:index", "account_login"} <= names


@pytest.mark.parametrize("route", CLASSIFIED, ids=lambda route: route.name)
def test_the_code_is_as_closed_as_its_sign_says(route):
    door = door_of(route)
    if route.is_socket:
        assert door.access != "open"
        return
    if route.api_view:
        classes = route.callback.initkwargs.get(
            "permission_classes", route.api_view.permission_classes
        )
        assert classes, f"{route.name} has no permission classes: it is open"
        assert (AllowAny in classes) == (door.access == "open")
    elif not door.foreign:
        assert getattr(route.callback, "login_required", True) == (door.access != "open")


@pytest.mark.parametrize("route", CLASSIFIED, ids=lambda route: route.name)
def test_the_sign_names_every_verb(route):
    door = door_of(route)
    if route.known_verbs is not None and not door.foreign:
        assert set(door.methods) == route.known_verbs
