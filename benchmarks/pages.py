"""Server time of every page for a person with 1,000 datasets, and what axe-core says of them."""

from __future__ import annotations

import http.client
import os
import shutil
import sys
import time

from benchmarks import report
from tests.browser.stack import Stack

DATASETS = 1000
REQUESTS = 40
BAR = 100.0


def main() -> int:
    stack = Stack(ALMANAC_RATE_USER="100000/min").start()
    os.environ.update({**stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"})
    try:
        from benchmarks import people  # noqa: PLC0415

        people.setup()
        paths = seed()
        _, session = people.make_person()
        holds = True
        for name, path in paths.items():
            holds &= timed(stack, session, name, path)
        holds &= accessible(stack, session, paths)
    finally:
        stack.stop()
    return 0 if holds else 1


def seed() -> dict[str, str]:
    """1,000 datasets and one finished forecast; answers the pages to look at."""
    from benchmarks.long_forecast import start  # noqa: PLC0415
    from datasets.models import Dataset  # noqa: PLC0415
    from forecasting.models import PredictionTask, TrainedModel  # noqa: PLC0415

    job = start()
    task = PredictionTask.objects.select_related("dataset").get(training_job=job)
    crowd(task.dataset)
    while job.is_live:
        time.sleep(0.5)
        job.refresh_from_db()
    dataset = Dataset.objects.get(pk=task.dataset_id)
    model = TrainedModel.objects.filter(owner=task.owner).first()
    assert model is not None
    detail = dataset.get_absolute_url()
    return {
        "home": "/",
        "data list": "/data/",
        "data list, searched": "/data/?q=copy+77",
        "dataset": detail,
        "data grid": f"{detail}rows/",
        "new forecast": f"/forecasts/new/?dataset={dataset.pk}",
        "forecast": task.get_absolute_url(),
        "forecasts list": "/forecasts/",
        "models": "/models/",
        "model card": f"/models/{model.pk}/",
        "jobs": "/jobs/",
        "account": "/account/",
        "search": "/search/?q=copy",
    }


def crowd(dataset: object) -> None:
    """Copies of a dataset with its version, so that lists are long."""
    from datasets.models import Dataset, Version  # noqa: PLC0415

    original = Dataset.objects.get(pk=dataset.pk)  # type: ignore[attr-defined]
    version = original.current_version
    assert version is not None
    rows, versions = [], []
    for number in range(DATASETS - 1):
        new = Dataset(
            owner_id=original.owner_id,
            name=f"copy {number}",
            description=original.description,
            filename=original.filename,
            file_path="",
            file_size=original.file_size,
            record_count=original.record_count,
            status=Dataset.Status.READY,
            format=original.format,
            metadata=original.metadata,
        )
        rows.append(new)
        versions.append(
            Version(
                dataset=new,
                number=1,
                file_key=version.file_key,
                content_hash=version.content_hash,
                row_count=version.row_count,
                profile=version.profile,
                frequency=version.frequency,
                time_column=version.time_column,
                layout=version.layout,
                series_column=version.series_column,
            )
        )
    Dataset.objects.bulk_create(rows)
    Version.objects.bulk_create(versions)


def timed(stack: Stack, session: str, name: str, path: str) -> bool:
    """p95 of the time from request to the whole answer, on one kept connection."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    headers = {"Cookie": f"almanac_session={session}", "Accept": "text/html"}
    took = []
    for _ in range(REQUESTS + 3):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, (path, answer.status)
    connection.close()
    took = sorted(took[3:])
    return report.row(f"page {name}, p95", took[int(len(took) * 0.95) - 1], "ms", BAR)


def accessible(stack: Stack, session: str, paths: dict[str, str]) -> bool:
    """Violations that axe-core finds over all pages in both themes."""
    chromium = shutil.which("chromium")
    if chromium is None:
        report.skipped("axe-core violations", "chromium is not installed")
        return True
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from tests.browser.axe import violations  # noqa: PLC0415

    found = 0
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            context = browser.new_context(color_scheme=scheme)
            context.add_cookies([{"name": "almanac_session", "value": session, "url": stack.url}])
            page = context.new_page()
            for path in paths.values():
                page.goto(stack.url + path)
                page.wait_for_load_state("networkidle")
                found += len(violations(page))
        browser.close()
    return report.row("axe-core violations, all pages, both themes", found, "violations", 0)


if __name__ == "__main__":
    sys.exit(main())
