"""A reading process whose native code fails."""

import os
import signal

os.kill(os.getpid(), signal.SIGSEGV)
