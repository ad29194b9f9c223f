"""Errors meant for people: a sentence that says what is wrong, where, and what to do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise


class Problem(Exception):  # noqa: N818 - it is shown to people under this name
    """Raised anywhere; pages, htmx and the API each show it in their own shape.

    `message` is the sentence, `code` a stable word for programs, `field` the input it is about,
    `hint` the remedy when it does not fit the sentence, `parts` (JSON) what `jobs.failures` makes
    the sentence from again when somebody reads it in another language.
    """

    status: ClassVar[int] = 422
    default_code: ClassVar[str] = "invalid"

    def __init__(
        self,
        message: "Words",
        *,
        code: str = "",
        field: str = "",
        hint: "Words" = "",
        parts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.field = field
        self.hint = hint
        self.parts = dict(parts or {})

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Problem):
    """The person may see the thing but not do this to it."""

    status = 403
    default_code = "not_allowed"


class Missing(Problem):
    """The person may see the thing, but it has no part of this name or number."""

    status = 404
    default_code = "not_found"


class TooLarge(Problem):
    """The request is larger than a stated limit."""

    status = 413
    default_code = "too_large"


class Conflict(Problem):
    """The thing is in a state in which this cannot be done."""

    status = 409
    default_code = "conflict"


class TooBusy(Problem):
    """All places are taken; `retry_after` says after how many seconds to ask again."""

    status = 429
    default_code = "busy"

    def __init__(self, message: "Words", *, retry_after: int, code: str = "") -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(Problem):
    """A part that this needs does not answer now; `retry_after` says when to ask again."""

    status = 503
    default_code = "unavailable"

    def __init__(self, message: "Words", *, retry_after: int, code: str = "") -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
