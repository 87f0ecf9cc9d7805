from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from pipeline.redaction.decoding import jail

WALLED = (
    "import sys; sys.path.insert(0, {root!r}); import os, socket, ctypes; "
    "from pipeline.redaction.decoding import jail; "
    "jail.limit(memory_bytes=128 << 20, cpu_s=1); jail.close_in(); {attempt}"
)
ROOT = jail.__file__.split("/pipeline/redaction/")[0]


def attempt(code: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-S", "-c", WALLED.format(root=ROOT, attempt=code)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")
@pytest.mark.parametrize("code", ["socket.socket()", "os.fork()", "os.kill(1, 0)", "os.execv('/bin/true', ['true'])"])
def test_behind_the_walls_there_is_no_network_and_no_other_process(code: str) -> None:
    assert attempt(code).returncode == -signal.SIGSYS


def test_behind_the_walls_no_file_is_opened() -> None:
    done = attempt("os.open('/etc/passwd', os.O_RDONLY)")

    assert done.returncode != 0
    assert done.stdout == b""


def test_memory_and_time_have_an_end() -> None:
    assert b"MemoryError" in attempt("bytearray(256 << 20)").stderr
    assert attempt("exec('while True: pass')").returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_what_decoding_needs_goes_on() -> None:
    done = attempt("os.write(1, bytes(len(bytearray(32 << 20)) >> 20)); os._exit(0)")

    assert (done.returncode, len(done.stdout)) == (0, 32)


@pytest.mark.parametrize("calls", [(0,), (0, 1, 3), tuple(range(60))])
def test_the_filter_ends_in_kill_refuse_allow_and_no_jump_leaves_it(calls: tuple[int, ...]) -> None:
    made = jail.program(0xC000003E, calls, refused=257)

    steps = [made[at : at + 8] for at in range(0, len(made), 8)]
    assert len(steps) == len(calls) + 7
    ends = len(steps) - 1
    assert all(at + 1 + steps[at][2] == ends for at in range(3, 3 + len(calls)))
    assert 1 + 1 + steps[1][3] == ends - 2
