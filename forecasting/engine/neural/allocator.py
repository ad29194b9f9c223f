"""Large blocks of memory given back when they are freed.

After the first large block that is freed, glibc keeps blocks of up to 32 MiB in its heap, where the
aligned ones torch asks for do not fit into the gap that one of the same size has left. A training
with large batches then takes up to twice what its tensors hold. Blocks above a fixed size are
mapped by themselves instead.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from functools import cache
from typing import Final

# Smaller ones are cheap to keep and dear to map, above all at the usual size of a batch.
LARGE: Final = 4 * 1024 * 1024
M_MMAP_THRESHOLD: Final = -3
SET_BY_OPERATOR: Final = ("MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES", "LD_PRELOAD")


@cache
def give_back_large_blocks() -> bool:
    """Fix the size for this process, once; whether that was possible.

    Left alone where another C library allocates or the operator has set the allocator up.
    """
    if any(name in os.environ for name in SET_BY_OPERATOR):
        return False
    with suppress(OSError, ValueError, AttributeError, TypeError):
        if (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc"):
            return bool(ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE))
    return False
