"""Walls around a process that decodes foreign sound: it can compute, and use the pipes it has, and nothing else.

Limits of memory, time and files hold on every system that has them. On Linux the kernel also ends the process at the
first system call that decoding does not need: no file is opened, no socket made, no program started. Where it should
be able to and is not, there is no decoding.

Sources: setrlimit(2), prctl(2), seccomp(2), and the kernel's tables of system calls for the two machines.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2

_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1  # EPERM
_KILL_PROCESS: Final = 0x80000000
_LOAD_WORD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_RETURN: Final = 0x06
_NUMBER_AT: Final = 0
_MACHINE_AT: Final = 4

# read, write, close, fstat, lseek, mmap, mprotect, munmap, brk, rt_sigaction, rt_sigprocmask, rt_sigreturn, mremap,
# madvise, sched_yield, sigaltstack, futex, clock_gettime, getrandom, exit, exit_group
_CALLS: Final = {
    "x86_64": (0xC000003E, (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 25, 28, 24, 131, 202, 228, 318, 60, 231)),
    "aarch64": (0xC00000B7, (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 216, 233, 124, 132, 98, 113, 278,
                             93, 94)),
}  # fmt: skip


# openat, which mpg123 1.32 calls as it starts and does without (seen 2026-11-28): refused, and no end of the process.
_REFUSED: Final = {"x86_64": 257, "aarch64": 56}


class NoWalls(Exception):
    """The kernel would not put the walls up."""


def limit(*, memory_bytes: int, cpu_s: int) -> None:
    """Bound what this process may use from now on, for good: no file grows, nothing of it is dumped."""
    if sys.platform == "linux":  # other systems do not hold this limit
        _lower(resource.RLIMIT_AS, memory_bytes)
    _lower(resource.RLIMIT_CPU, cpu_s, hard=cpu_s + 1)  # the first ends it with a signal that names the reason
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def close_in() -> None:
    """Refuse, from now on and for good, whatever is no computing and no use of an open file.

    Raises:
        NoWalls: the kernel refuses the filter.
    """
    _lower(resource.RLIMIT_NOFILE, 3)
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _CALLS:
        return
    filter_bytes = program(*_CALLS[machine], refused=_REFUSED[machine])
    kept = ctypes.create_string_buffer(filter_bytes, len(filter_bytes))
    pointer = struct.pack("@HP", len(filter_bytes) // 8, ctypes.addressof(kept))
    held = ctypes.create_string_buffer(pointer, len(pointer))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    asked = (
        (_PR_SET_DUMPABLE, 0, 0),
        (_PR_SET_NO_NEW_PRIVS, 1, 0),
        (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(held)),
    )
    for what, first, second in asked:
        if prctl(what, first, second, 0, 0) != 0:
            raise NoWalls


def program(machine: int, calls: tuple[int, ...], *, refused: int) -> bytes:
    """Write the kernel's filter: another machine's calls and every call that is not listed end the process."""
    left = len(calls)
    steps = [(_LOAD_WORD, 0, 0, _MACHINE_AT), (_JUMP_IF_EQUAL, 0, left + 2, machine), (_LOAD_WORD, 0, 0, _NUMBER_AT)]
    steps += [(_JUMP_IF_EQUAL, left + 2 - at, 0, number) for at, number in enumerate(calls)]
    steps += [(_JUMP_IF_EQUAL, 1, 0, refused)]
    steps += [(_RETURN, 0, 0, _KILL_PROCESS), (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


def _lower(what: int, to: int, *, hard: int | None = None) -> None:
    """Take away from both limits; a lower one that stands already is left."""
    _, standing = resource.getrlimit(what)
    most = to if hard is None else hard
    most = most if standing == resource.RLIM_INFINITY else min(most, standing)
    resource.setrlimit(what, (min(to, most), most))
