from accounts.models.audit_event import AuditEvent
from accounts.models.base import Stamped
from accounts.models.idempotency import IdempotencyKey
from accounts.models.secrets import ApiToken, RefreshFamily, Scope, SetupToken
from accounts.models.share import Share, ShareLink
from accounts.models.user import User

__all__ = [
    "ApiToken",
    "AuditEvent",
    "IdempotencyKey",
    "RefreshFamily",
    "Scope",
    "SetupToken",
    "Share",
    "ShareLink",
    "Stamped",
    "User",
]
