"""The reading process: `python -m datasets.building.child request.json PID-OF-THE-WORKER`.

A process of its own, so that neither a crash of the native reader nor its memory touches the
worker. It prints one JSON object a line: progress, then a result or a refusal. No Django here.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import duckdb

from datasets.building.build import Request, build
from datasets.building.confine import confine
from datasets.refusals import Refusal


def main(path: str, worker: str) -> int:
    """Do what the request file says. 0: done or refused; anything else: a crash."""
    confine(int(worker))
    _keep_for_answers()
    request = Request.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
    try:
        answer = {"result": build(request, lambda **progress: say({"progress": progress}))}
    except Refusal as refusal:
        answer = {"refusal": {"code": refusal.code, "params": refusal.params}}
    except (MemoryError, duckdb.OutOfMemoryException) as error:
        answer = {"refusal": {"code": "out_of_memory", "params": {"detail": str(error)[:300]}}}
    except duckdb.Error as error:
        answer = {"refusal": {"code": "crashed", "params": {"detail": str(error)[:300]}}}
    say(answer)
    return 0


def _keep_for_answers() -> None:
    """Move our standard output to where no library writes: its words would be no JSON."""
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def say(answer: dict[str, Any]) -> None:
    """Print one line for the worker that started us."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
