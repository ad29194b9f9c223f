from accounts.models.audit_event import AuditEvent
from accounts.models.base import Stamped
from accounts.models.idempotency import IdempotencyKey
from accounts.models.notification import Delivery, Notification
from accounts.models.notification_choice import NotificationChoice, QuietHours
from accounts.models.secrets import ApiToken, RefreshFamily, Scope, SetupToken
from accounts.models.share import Share, ShareLink
from accounts.models.user import User
from accounts.models.webhook import Webhook

__all__ = [
    "ApiToken",
    "AuditEvent",
    "Delivery",
    "IdempotencyKey",
    "Notification",
    "NotificationChoice",
    "QuietHours",
    "RefreshFamily",
    "Scope",
    "SetupToken",
    "Share",
    "ShareLink",
    "Stamped",
    "User",
    "Webhook",
]
