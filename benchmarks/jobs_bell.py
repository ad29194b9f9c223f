"""From a worker's progress to the open page: 1,000 numbered events, throttle off.

A real worker-side process writes the row and rings; Valkey, the web process and a WebSocket in a
real Chromium page carry the bell. Latency counts from before the row is written. Fragments are
made meanwhile for the same page, as in use.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from benchmarks import report
from tests.browser.stack import Stack

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
LISTEN = """(address) => {
  window.heard = [];
  return new Promise((ready) => {
    const line = new WebSocket(address);
    line.onmessage = (event) => {
      const at = (performance.timeOrigin + performance.now()) / 1000;
      const { bell, state } = JSON.parse(event.data);
      window.heard.push([bell ?? 0, at, state ?? '']);
      ready();
    };
  });
}"""
ENDED = "() => window.heard.some(([, , state]) => state === 'succeeded')"


def main() -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        report.skipped("bell to browser", "chromium is not installed")
        return 0
    stack = Stack().start()
    try:
        sent, heard = measure(stack, chromium)
    finally:
        stack.stop()
    arrived = {seq: at for seq, at, _ in reversed(heard) if seq}
    delays = sorted((arrived[seq] - at) * 1000 for seq, at in sent.items() if seq in arrived)
    holds = report.row("progress event to browser, p99", percentile(delays, 99), "ms", 100)
    report.row("progress event to browser, p50", percentile(delays, 50), "ms")
    holds &= report.row("progress events lost of 1,000", len(sent) - len(delays), "events", 0)
    return 0 if holds else 1


def measure(stack: Stack, chromium: str) -> tuple[dict[int, float], list[tuple[int, float, str]]]:
    """({seq: time sent}, [(seq, time heard, state)])."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    environment = {**stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    with (
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bell_sender"],
            cwd=report.ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as sender,
        sync_playwright() as driver,
    ):
        assert sender.stdout is not None
        assert sender.stdin is not None
        session, job = sender.stdout.readline().split()
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context()
        context.add_cookies([{"name": "almanac_session", "value": session, "url": stack.url}])
        page = context.new_page()
        page.goto(f"{stack.url}/jobs/")
        page.evaluate(LISTEN, f"ws://127.0.0.1:{stack.port}/ws/jobs/{job}/")
        sender.stdin.write("go\n")
        sender.stdin.flush()
        sent = {int(seq): float(at) for seq, at in map(str.split, sender.stdout)}
        page.wait_for_function(ENDED, timeout=30_000)
        heard = page.evaluate("() => window.heard")
        browser.close()
    return sent, heard


def percentile(values: list[float], share: int) -> float:
    """Nearest-rank percentile of sorted values."""
    return values[min(len(values) - 1, -(-len(values) * share // 100) - 1)]


if __name__ == "__main__":
    sys.exit(main())
