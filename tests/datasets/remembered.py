"""What was read once in this run is not read again.

Most tests need a dataset, not its reading: the reading process reads a file the first time for
real, and afterwards what it left is copied. Tests of the reading itself call the task.
"""

import atexit
import hashlib
import json
import shutil
import tempfile
from copy import deepcopy
from pathlib import Path
from unittest import mock

from datasets import ingest as ingesting
from datasets.profile import profile_of
from datasets.quality.reports import report_on
from datasets.receiving import uploads
from datasets.receiving.reading_process import run_reading
from datasets.sniffing.sniff import sniff
from jobs.running import running

_sniffed: dict = {}
_read: dict = {}
_described: dict = {}


def receive(**what):
    """The upload, with the memory of what its first lines say."""
    with mock.patch.object(uploads, "sniff", _sniffed_or_remembered):
        return uploads.receive(**what)


def _sniffed_or_remembered(head, **how):
    key = hashlib.sha256(head).hexdigest() + repr(sorted(how.items()))
    if key not in _sniffed:
        _sniffed[key] = sniff(head, **how)
    return _sniffed[key]


def ingest(job_id):
    """The task of the worker, with its memory."""
    with (
        mock.patch.multiple(ingesting, profile_of=_profile_of, report_on=_report_on),
        running(job_id) as run,
    ):
        ingesting.read_dataset(run, reader=_read_or_remembered)


def _read_or_remembered(request, *, folder, on_progress, should_stop):
    key = _key(request)
    if key not in _read:
        found = run_reading(
            request, folder=folder, on_progress=on_progress, should_stop=should_stop
        )
        kept = Path(tempfile.mkdtemp(prefix="almanac-read-"))
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
        shutil.copytree(request.folder, kept, dirs_exist_ok=True)
        _read[key] = deepcopy(found), kept
        return found
    found, kept = _read[key]
    shutil.copytree(kept, request.folder, dirs_exist_ok=True)
    return deepcopy(found)


def _key(request):
    """The file and everything that decides how it is read; not where it lies."""
    asked = {
        name: value for name, value in request.to_dict().items() if name not in {"source", "folder"}
    }
    content = hashlib.sha256(request.source.read_bytes()).hexdigest()
    return content + json.dumps(asked, sort_keys=True)


def _profile_of(found, table):
    return _once("profile", found, lambda: profile_of(found, table))


def _report_on(found, profile, columns, table):
    return _once("report", found, lambda: report_on(found, profile, columns, table))


def _once(what, found, make):
    key = what + json.dumps(found, sort_keys=True, default=str)
    if key not in _described:
        _described[key] = make()
    return deepcopy(_described[key])
