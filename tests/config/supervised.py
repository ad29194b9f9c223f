"""`python tests/config/supervised.py JSON`: the supervisor over toy parts, in its own process.

Each part is {"name", "code", …}; the code is Python. A part is ready when it has made the file
named by its `ready`.
"""

import json
import os
import signal
import sys
from pathlib import Path

from config.embedded.problems import StartError
from config.supervisor.console import Console
from config.supervisor.process import Part
from config.supervisor.restart import RestartPolicy
from config.supervisor.supervisor import StopRequestedError, Supervisor


def part(name, code, ready="", stop="SIGTERM", *, essential=False, spare=False, ready_within=20.0):
    return Part(
        name=name,
        command=[sys.executable, "-S", "-c", code],
        env=dict(os.environ),
        folder=Path.cwd(),
        stop_signal=signal.Signals[stop],
        essential=essential,
        spare=spare,
        ready=Path(ready).exists if ready else lambda: True,
        ready_within=ready_within,
    )


def main(plan):
    console = Console()
    policy = RestartPolicy(limit=plan.get("limit", 5))
    with Supervisor(console, patience=plan.get("patience", 10.0), policy=policy) as supervisor:
        try:
            supervisor.wait_until_ready([supervisor.start(part(**p)) for p in plan["parts"]])
            console.say("READY")
            console.shout(supervisor.watch())
        except StartError as problem:
            console.shout(str(problem))
        except StopRequestedError:
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
