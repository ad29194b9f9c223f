"""System calls that a process which only reads open-able files and computes never needs.

A filter in the kernel (seccomp): no network, no other program, no new process, nothing created,
changed or removed on disk, no way to reach another process, no way to raise its own limits.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import Final

_SECCOMP: Final = 22
_FILTER: Final = 2
_NO_NEW_PRIVILEGES: Final = 38
# Classic BPF: load a word, compare, test bits, return.
_LOAD, _EQUAL, _ABOVE, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW: Final = 0x7FFF0000
_ERROR: Final = 0x00050000
_X32: Final = 0x40000000
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_THREAD: Final = 0x00010000

# Numbers that all architectures share.
_SHARED = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "pidfd_open": 434,
    "openat2": 437,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "process_mrelease": 448,
    "fchmodat2": 452,
}
_X86 = {
    "sendto": 44, "connect": 42, "socket": 41, "socketpair": 53, "bind": 49, "listen": 50,
    "accept": 43, "accept4": 288, "sendmsg": 46, "sendmmsg": 307, "recvmsg": 47,
    "execve": 59, "execveat": 322, "fork": 57, "vfork": 58,
    "ptrace": 101, "kill": 62, "tkill": 200, "process_vm_readv": 310, "process_vm_writev": 311,
    "kcmp": 312, "truncate": 76, "ftruncate": 77, "fallocate": 285, "creat": 85,
    "rename": 82, "renameat": 264, "renameat2": 316, "mkdir": 83, "mkdirat": 258, "rmdir": 84,
    "link": 86, "linkat": 265, "unlink": 87, "unlinkat": 263, "symlink": 88, "symlinkat": 266,
    "chmod": 90, "fchmod": 91, "fchmodat": 268, "chown": 92, "fchown": 93, "lchown": 94,
    "fchownat": 260, "utime": 132, "utimes": 235, "utimensat": 280, "futimesat": 261,
    "mknod": 133, "mknodat": 259, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190,
    "removexattr": 197, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
    "setns": 308, "unshare": 272, "bpf": 321, "userfaultfd": 323, "keyctl": 250, "add_key": 248,
    "request_key": 249, "perf_event_open": 298, "init_module": 175, "finit_module": 313,
    "delete_module": 176, "kexec_load": 246, "reboot": 169, "swapon": 167, "swapoff": 168,
    "name_to_handle_at": 303, "open_by_handle_at": 304, "shmget": 29, "shmat": 30, "semget": 64,
    "msgget": 68, "mq_open": 240, "memfd_create": 319, "fanotify_init": 300, "setrlimit": 160,
    "setuid": 105, "setgid": 106, "setreuid": 113, "setregid": 114, "setresuid": 117,
    "setresgid": 119, "capset": 126, "acct": 163, "quotactl": 179, "settimeofday": 164,
    "clock_settime": 227, "sethostname": 170, "personality": 135, "vmsplice": 278,
}  # fmt: skip
_ARM = {
    "sendto": 206, "connect": 203, "socket": 198, "socketpair": 199, "bind": 200, "listen": 201,
    "accept": 202, "accept4": 242, "sendmsg": 211, "sendmmsg": 269, "recvmsg": 212,
    "execve": 221, "execveat": 281,
    "ptrace": 117, "kill": 129, "tkill": 130, "process_vm_readv": 270, "process_vm_writev": 271,
    "kcmp": 272, "truncate": 45, "ftruncate": 46, "fallocate": 47,
    "renameat": 38, "renameat2": 276, "mkdirat": 34,
    "linkat": 37, "unlinkat": 35, "symlinkat": 36,
    "fchmod": 52, "fchmodat": 53, "fchown": 55, "fchownat": 54, "utimensat": 88,
    "mknodat": 33, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14,
    "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51,
    "setns": 268, "unshare": 97, "bpf": 280, "userfaultfd": 282, "keyctl": 219, "add_key": 217,
    "request_key": 218, "perf_event_open": 241, "init_module": 105, "finit_module": 273,
    "delete_module": 106, "kexec_load": 104, "reboot": 142, "swapon": 224, "swapoff": 225,
    "name_to_handle_at": 264, "open_by_handle_at": 265, "shmget": 194, "shmat": 196,
    "semget": 190, "msgget": 186, "mq_open": 180, "memfd_create": 279, "fanotify_init": 262,
    "setrlimit": 164, "setuid": 146, "setgid": 144, "setreuid": 145, "setregid": 143,
    "setresuid": 147, "setresgid": 149, "capset": 91, "acct": 89, "quotactl": 60,
    "settimeofday": 170, "clock_settime": 112, "sethostname": 161, "personality": 92,
    "vmsplice": 75,
}  # fmt: skip
# Per architecture: its mark, refused calls, then those whose arguments decide.
_MACHINES = {
    "x86_64": (0xC000003E, _X86, {"open": 2, "openat": 257, "clone": 56, "prlimit": 302}),
    "aarch64": (0xC00000B7, _ARM, {"openat": 56, "clone": 220, "prlimit": 261}),
}
_CLONE3: Final = 435


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def refuse_dangerous_calls() -> bool:
    """Set the filter for this thread and all it starts; False where the kernel has none."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    code = _filter(*machine)
    held = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _filter(mark: int, refused: dict[str, int], judged: dict[str, int]) -> bytes:
    no, gone = _ERROR | errno.EPERM, _ERROR | errno.ENOSYS
    lines = [
        _line(_LOAD, 4),
        _line(_EQUAL, mark, 1, 0),
        _line(_RETURN, no),
        _line(_LOAD, 0),
        # The second set of numbers that x86-64 knows would go round the list.
        _line(_ABOVE, _X32, 0, 1),
        _line(_RETURN, no),
    ]
    for number in sorted({*refused.values(), *_SHARED.values()}):
        lines += [_line(_EQUAL, number, 0, 1), _line(_RETURN, no)]
    # Its flags lie in memory that a filter cannot read; without it libc takes clone.
    lines += [_line(_EQUAL, _CLONE3, 0, 1), _line(_RETURN, gone)]
    for name, argument in (("open", 1), ("openat", 2)):
        if name in judged:
            lines += _unless(judged[name], argument, _WRITING, refuse_when_set=True)
    lines += _unless(judged["clone"], 0, _THREAD, refuse_when_set=False)
    # prlimit with a new limit: both halves of its pointer are tested.
    lines += _unless(judged["prlimit"], 2, 0xFFFFFFFF, refuse_when_set=True)
    lines += _unless(judged["prlimit"], 2, 0xFFFFFFFF, refuse_when_set=True, high=4)
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _unless(
    number: int, argument: int, bits: int, *, refuse_when_set: bool, high: int = 0
) -> list[bytes]:
    """Refuse the call when the bits of its argument are (or are not) set."""
    jumps = (0, 1) if refuse_when_set else (1, 0)
    return [
        _line(_EQUAL, number, 0, 4),
        _line(_LOAD, 16 + 8 * argument + high),
        _line(_BITS, bits, *jumps),
        _line(_RETURN, _ERROR | errno.EPERM),
        _line(_LOAD, 0),
    ]


def _line(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, value)
