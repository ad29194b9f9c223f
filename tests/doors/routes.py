"""All ways into the product, found by walking: URLs, API actions, WebSockets."""

from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver
from django.views import View
from rest_framework.views import APIView

from config.asgi import application

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """`name` is the URL name with its namespaces, or the path where there is none."""

    name: str
    path: str
    callback: Any
    is_socket: bool = False

    @property
    def api_view(self):
        """The DRF class behind this route, if it is one."""
        found = getattr(self.callback, "cls", None)
        return found if isinstance(found, type) and issubclass(found, APIView) else None

    @property
    def known_verbs(self):
        """Verbs that classes declare; None for functions, which tell nobody."""
        view = self.api_view or getattr(self.callback, "view_class", None)
        if view is None or not issubclass(view, View):
            return None
        # An action may take verbs that the others of its class do not.
        own = getattr(self.callback, "initkwargs", {}).get("http_method_names")
        allowed = {verb.upper() for verb in own or view.http_method_names} & set(VERBS)
        actions = getattr(self.callback, "actions", None)
        if actions:
            return {verb.upper() for verb in actions} & allowed
        return {verb for verb in allowed if hasattr(view, verb.lower())}


def all_routes():
    """Every HTTP route and every WebSocket route."""
    return [*_http(get_resolver().url_patterns), *_sockets()]


def _http(patterns, path="", namespaces=()):
    for entry in patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = ":".join([*namespaces, entry.name]) if entry.name else here
            yield Route(name, here, entry.callback)
        else:
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _http(entry.url_patterns, here, inner)


def _sockets():
    layer = application.application_mapping["websocket"]
    while not hasattr(layer, "routes"):
        layer = getattr(layer, "inner", None) or layer.application
    for entry in layer.routes:
        if str(entry.pattern):  # the empty one refuses everything else
            yield Route(str(entry.pattern), str(entry.pattern), entry.callback, is_socket=True)
