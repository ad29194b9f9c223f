"""The whole product as a person starts it: `manage.py up` in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from config.embedded.ports import free_port
from config.embedded.spawn import child_setup

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT = 120
FORGET = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "DJANGO_SETTINGS_MODULE")


class Stack:
    """A running Almanac; `url` is its address, `setup_url` the one-time link."""

    def __init__(self, **environment):
        self.var = tempfile.TemporaryDirectory(prefix="almanac-stack-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.setup_url = ""
        self.lines = []
        kept = {k: v for k, v in os.environ.items() if k not in FORGET}
        self.environment = {
            **kept,
            "ALMANAC_VAR": self.var.name,
            "ALMANAC_MODE": "local",
            "PYTHONUNBUFFERED": "1",
            **environment,
        }

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=child_setup(signal.SIGTERM),  # noqa: PLW1509
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._link() and self._answers():
                return self
            time.sleep(0.1)
        self.stop()
        raise RuntimeError("Almanac did not start:\n" + self.output())

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def _link(self):
        found = re.search(rf"{re.escape(self.url)}/setup/\S+", self.output())
        self.setup_url = found.group(0) if found else ""
        return self.setup_url

    def _answers(self):
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=2) as answer:  # noqa: S310
                return answer.status == 200
        except OSError:
            return False

    def output(self):
        return "".join(self.lines)

    def errors(self):
        """What it wrote about faults of its own."""
        return "".join(line for line in self.lines if '"level": "ERROR"' in line)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()
        self.var.cleanup()

    def pids(self, needle):
        """Process ids below this stack whose command line holds the text."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if needle in command and f"ALMANAC_VAR={self.var.name}".encode() in environment:
                found.append(int(entry.name))
        return sorted(found)
