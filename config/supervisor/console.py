"""What the person at the terminal sees: our sentences and the parts' own lines."""

import contextlib
import sys
from typing import TextIO

NAME_WIDTH = 10
OURSELVES = "almanac"


class Console:
    """Writes whole lines; goes quiet when the terminal is gone."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout

    def say(self, text: str) -> None:
        """A line of our own."""
        self._write(f"{OURSELVES:<{NAME_WIDTH}} │ {text}\n")

    def shout(self, text: str) -> None:
        """A line that must not be missed among the others."""
        bold, plain = ("\033[1;31m", "\033[0m") if self.is_terminal() else ("", "")
        self._write(f"{bold}{OURSELVES:<{NAME_WIDTH}} │ !!! {text}{plain}\n")

    def plain(self, text: str) -> None:
        """Text without a name in front, so that a link can be copied."""
        self._write(text + "\n")

    def relay(self, name: str, line: str) -> None:
        """A line of a part: JSON records pass as they are, other text gets its name."""
        if not line.strip():
            return
        is_record = line.startswith("{") and line.endswith("}")
        self._write(line + "\n" if is_record else f"{name:<{NAME_WIDTH}} │ {line}\n")

    def is_terminal(self) -> bool:
        """Whether a person is reading along."""
        with contextlib.suppress(ValueError, OSError):
            return self.stream.isatty()
        return False

    def _write(self, text: str) -> None:
        # A closed terminal must not keep us from stopping what we started.
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(text)
            self.stream.flush()
