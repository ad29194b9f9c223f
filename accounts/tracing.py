"""The ids that tie log lines together: request, job, person. Kept per request or task."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
job_id: ContextVar[str] = ContextVar("job_id", default="")
user_id: ContextVar[str] = ContextVar("user_id", default="")
