"""Why a job failed, kept as a code with its details: everybody reads it in their own language.

The sentence that was written when it failed stays beside it; what has no code is told by that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

Parts = dict[str, Any]
Sayer = Callable[[str, Mapping[str, Any]], str]
# Where the parts stand in the detail of a job.
KEPT: Final = "failure"
_OWN: Final = "jobs"

_SENTENCES = {
    "unexpected": _(
        "Something went wrong that Almanac did not expect. Try again; if it happens again, "
        "give an administrator the time shown here: the log has the details."
    ),
    "too_long": _(
        "Stopped after %(hours)s hours, the longest a job may take. "
        "Ask for less, or let an administrator raise the limit."
    ),
    "lost": _(
        "The worker stopped twice while at: %(doing)s. It may have run out of memory. "
        "Try a smaller task, or give the worker more memory."
    ),
}


def parts(words: str, code: str, **params: Any) -> Parts:
    """What is kept: `words` names who can say it, see `register_words`."""
    return {"words": words, "code": code, "params": params}


def own(code: str, **params: Any) -> Parts:
    """The same for what happens to any job: unexpected, too_long, lost."""
    return parts(_OWN, code, **params)


def register_words(words: str, sayer: Sayer) -> None:
    """Let `sayer(code, params)` say such failures in the active language."""
    _sayers[words] = sayer


def say(kept: Mapping[str, Any]) -> str:
    """The sentence in the active language; "" when nobody can say it any more."""
    sayer = _sayers.get(str(kept.get("words", "")))
    if sayer is None:
        return ""
    try:
        return sayer(str(kept["code"]), kept["params"])
    except (KeyError, TypeError, ValueError):
        # Kept by a release whose sentence had other details.
        return ""


def _say_own(code: str, params: Mapping[str, Any]) -> str:
    return str(_SENTENCES[code]) % params


_sayers: dict[str, Sayer] = {_OWN: _say_own}
