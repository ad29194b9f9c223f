"""The browsable API is for people who are signed in; everyone else gets JSON."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer


class SignedInBrowsableRenderer(BrowsableAPIRenderer):
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Render the page for a signed-in person, else plain JSON."""
        context = dict(renderer_context or {})
        request = context.get("request")
        if request is not None and request.user and request.user.is_authenticated:
            return super().render(data, accepted_media_type, context)
        context["response"].headers["Content-Type"] = "application/json"
        return JSONRenderer().render(data, "application/json", context)
