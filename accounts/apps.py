from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and access")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register system checks, the API schema's words and what listens to others' signals."""
        import_module("accounts.checks")
        import_module("accounts.schema")
        import_module("accounts.trail")
        import_module("accounts.notifying.own_kinds")
