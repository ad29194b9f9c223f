"""Which worker takes which tests: a file goes to one worker, the browser's files together.

What is made once a file or once for the browser (a running stack, fitted models) is then made
once. The marks of pytest-xdist for this do nothing with a pytest whose node ids have no text to
change, so that every worker made everything.
"""

from xdist.scheduler.loadscope import LoadScopeScheduling

BROWSER = "tests/browser/"
# They take longest, so they begin; short files fill the end.
FIRST = (
    BROWSER,
    "tests/config/test_supervisor_up.py",
    "tests/forecasting/engine/test_contract.py",
    "tests/jobs/test_lost_workers.py",
)


def group_of(nodeid: str) -> str:
    """What a test shares with others."""
    path = nodeid.partition("::")[0]
    return BROWSER if path.startswith(BROWSER) else path


def turn_of(nodeid: str) -> int:
    """When the group of a test begins; others keep their order."""
    group = group_of(nodeid)
    return FIRST.index(group) if group in FIRST else len(FIRST)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out groups in the order of their first tests."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
