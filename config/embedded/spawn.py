"""Starting a program that cannot outlive the one that started it."""

import ctypes
import os
import pwd
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Identity:
    """Who a program runs as: ourselves, another user, or a private user namespace."""

    uid: int | None = None
    gid: int | None = None
    namespace: bool = False

    @property
    def switches_user(self) -> bool:
        """Whether files must belong to `uid` before the program can use them."""
        return self.uid is not None and not self.namespace


MYSELF = Identity()


def nobody() -> tuple[int, int]:
    """User and group id of the account without rights."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def child_setup(death_signal: signal.Signals, identity: Identity = MYSELF) -> Callable[[], None]:
    """A `preexec_fn`: the child gets `death_signal` when the calling thread's process dies.

    Call Popen from the main thread: the kernel watches the thread that forked.
    """
    parent = os.getpid()

    def setup() -> None:
        if identity.uid is not None and identity.gid is not None:
            if identity.namespace:
                _enter_namespace(identity.uid, identity.gid)
            else:
                os.setgroups([])
                os.setgid(identity.gid)
                os.setuid(identity.uid)
        # After the change of user: changing credentials clears the setting.
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return setup


def _enter_namespace(uid: int, gid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{gid} {outer_gid} 1", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1", encoding="ascii")


def namespaces_work() -> bool:
    """Whether this kernel and container let us make a user namespace (tried in a child)."""
    pid = os.fork()
    if pid == 0:
        try:
            _enter_namespace(*nobody())
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
