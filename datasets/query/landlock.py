"""Which files a process may open at all (Landlock): the ones it was given, and only to read."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES: Final = 38
_READ_FILE: Final = 1 << 2
_BENEATH: Final = 1
# Where DuckDB looks how many processors it has whenever its threads are set.
_MACHINE = ("/proc/self/cgroup", "/sys/fs/cgroup")
# How many rights over files each version of Landlock knows; what it knows is refused.
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_ALL_RIGHTS: Final = 16
_TCP: Final = 0b11


def allow_reading_only(paths: Sequence[str]) -> bool:
    """From here on this thread and all it starts may open `paths`, to read, and no other data.

    False where the kernel does not have Landlock. Raises OSError when a path cannot be opened.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return False
    rules = _ruleset(libc, version)
    if rules < 0:
        return False
    try:
        for path in (*paths, *filter(os.path.exists, _MACHINE)):
            _allow(libc, rules, path)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _ruleset(libc: ctypes.CDLL, version: int) -> int:
    rights = (1 << _RIGHTS.get(version, _ALL_RIGHTS)) - 1
    wanted = struct.pack("=Q", rights)
    if version >= 4:
        wanted += struct.pack("=Q", _TCP)
    return int(libc.syscall(_CREATE, wanted, len(wanted), 0))


def _allow(libc: ctypes.CDLL, rules: int, path: str) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", _READ_FILE, opened)
        if libc.syscall(_ADD, rules, _BENEATH, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), "this file cannot be allowed", path)
    finally:
        os.close(opened)
