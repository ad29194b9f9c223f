"""The kinds that belong to telling itself; nobody switches them off."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.notifying.kinds import Kind, register_kind

register_kind(Kind("delivery", _("A message could not be sent"), is_chosen=False))
register_kind(Kind("test", _("A test"), in_app=False, is_chosen=False))
