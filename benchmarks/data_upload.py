"""Uploads in pieces on a running stack: how fast they arrive and what the web process holds.

One JSON object a line. A file of 1 GB goes up by tus in pieces of 16 MiB, as the page sends it,
while the memory of the web process and its children is watched; then a table of 17,420 × 8 goes
up and its mapper is asked for. Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import base64
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests

from benchmarks import report
from tests.browser.stack import Stack

GIGABYTE, PIECE = 1_000_000_000, 16 * 1024**2
GROWTH_BAR, MAPPER_BAR = 50.0, 3.0
ROWS, COLUMNS, TRIES = 17_420, 8, 5
LIMIT = 300.0


def main() -> int:
    """Start a stack, measure, stop it."""
    stack = Stack(ALMANAC_RATE_USER="100000/min", ALMANAC_RATE_ANON="100000/min").start()
    os.environ.update({**stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"})
    try:
        with tempfile.TemporaryDirectory(prefix="almanac-upload-") as folder:
            return measured(stack, Path(folder))
    finally:
        stack.stop()


def measured(stack: Stack, folder: Path) -> int:
    """Print the figures."""
    from benchmarks import people  # noqa: PLC0415

    people.setup()
    _, session = people.make_person()
    person = Person(stack.url, session)
    small = table(folder)
    person.wait_for_mapper(person.send(small))
    large = one_gigabyte(folder)
    with memory_of(web_processes(stack)) as watched:
        began = time.perf_counter()
        address = person.send(large)
        took = time.perf_counter() - began
    holds = report.row(
        "data_upload_1gb_web_memory_gained",
        (watched["most"] - watched["before"]) / 1e6,
        "MB",
        GROWTH_BAR,
    )
    report.row("data_upload_web_memory_before", watched["before"] / 1e6, "MB")
    report.row("data_upload_1gb_speed", GIGABYTE / 1e6 / took, "MB/s")
    person.cancel(address)
    times = sorted(to_mapper(person, small) for _ in range(TRIES))
    what = f"data_upload_{ROWS}x{COLUMNS}_to_mapper"
    holds &= report.row(f"{what}_median_seconds", times[TRIES // 2], "s", MAPPER_BAR)
    report.row(f"{what}_slowest_seconds", times[-1], "s")
    return 0 if holds else 1


class Person:
    """Somebody signed in who sends files as the page does."""

    def __init__(self, url: str, session: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.cookies.set("almanac_session", session)
        self.http.get(f"{url}/")
        token = self.http.cookies.get("almanac_csrf") or self._token()
        more = {"X-CSRFToken": token, "Referer": url, "Tus-Resumable": "1.0.0"}
        self.http.headers.update(more)

    def _token(self) -> str:
        page = self.http.get(f"{self.url}/").text
        return page.partition('name="csrf-token" content="')[2].partition('"')[0]

    def send(self, file: Path) -> str:
        """Send `file` in pieces; the address of its mapper page."""
        name = base64.b64encode(file.name.encode()).decode()
        metadata = f"filename {name},review MQ=="
        size = str(file.stat().st_size)
        headers = {"Upload-Length": size, "Upload-Metadata": metadata}
        begun = self.http.post(f"{self.url}/api/v1/uploads/", headers=headers)
        begun.raise_for_status()
        place, answer = f"{self.url}{begun.headers['Location']}", begun
        with file.open("rb") as content:
            while piece := content.read(PIECE):
                headers = {
                    "Upload-Offset": str(content.tell() - len(piece)),
                    "Content-Type": "application/offset+octet-stream",
                }
                answer = self.http.patch(place, data=piece, headers=headers)
                answer.raise_for_status()
        return f"{self.url}{answer.headers['Almanac-Page']}"

    def wait_for_mapper(self, address: str) -> None:
        """Ask until the page shows the mapper."""
        deadline = time.monotonic() + LIMIT
        while "data-mapper" not in self.http.get(address).text:
            if time.monotonic() > deadline:
                raise TimeoutError("No mapper came.")
            time.sleep(0.02)

    def cancel(self, address: str) -> None:
        """Stop the reading of a file and discard it."""
        self.http.post(address.replace("/import/", "/discard/"))


def to_mapper(person: Person, file: Path) -> float:
    """Seconds from the first byte to the mapper."""
    began = time.perf_counter()
    person.wait_for_mapper(person.send(file))
    return time.perf_counter() - began


def table(folder: Path) -> Path:
    """Two years of hours in seven columns beside their time."""
    path = folder / "hours.csv"
    with path.open("w") as out:
        out.write("date," + ",".join(f"v{n}" for n in range(1, COLUMNS)) + "\n")
        for row in range(ROWS):
            day, hour = divmod(row, 24)
            stamp = time.strftime("%Y-%m-%d", time.gmtime(1_767_225_600 + 86_400 * day))
            cells = ",".join(f"{(row * n) % 977 / 10}" for n in range(1, COLUMNS))
            out.write(f"{stamp} {hour:02d}:00,{cells}\n")
    return path


def one_gigabyte(folder: Path) -> Path:
    """A CSV of that size; the same block again and again."""
    path = folder / "large.csv"
    block = "".join(f"2026-01-01 00:00,{row},{row * 3}\n" for row in range(50_000)).encode()
    with path.open("wb") as out:
        out.write(b"time,a,b\n")
        while out.tell() < GIGABYTE:
            out.write(block)
    return path


def web_processes(stack: Stack) -> list[psutil.Process]:
    """The web process with the processes it started."""
    found = [psutil.Process(pid) for pid in stack.pids("config.supervisor.web")]
    if not found:
        raise RuntimeError("The web process was not found.")
    return [one for process in found for one in (process, *process.children(recursive=True))]


@contextmanager
def memory_of(processes: list[psutil.Process]) -> Iterator[dict[str, float]]:
    """Watch the resident memory of `processes` together, ten times a second."""

    def now() -> float:
        return float(sum(one.memory_info().rss for one in processes if one.is_running()))

    seen: dict[str, Any] = {"before": now(), "most": now()}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            seen["most"] = max(seen["most"], now())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
