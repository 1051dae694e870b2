"""A filter of system calls, assembled by hand as classic BPF (seccomp(2), Documentation/userspace-api).

It takes away what a function never needs and what attacks on a kernel or on neighbours begin with. Everything
else stays: a function may start programs, use threads and the network.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable

from . import syscalls

_SET_MODE_FILTER, _ALLOW_SPECULATION = 1, 4
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
_ALLOWED, _ERRNO = 0x7FFF_0000, 0x0005_0000
_X32 = 0x4000_0000
_NAMESPACES = 0x7E02_0080  # CLONE_NEW...: time, mount, cgroup, uts, ipc, user, pid and network
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink

_ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}

_MOUNTS = {
    "x86_64": (165, 166, 155, 272, 308, 161, 428, 429, 430, 431, 432, 433, 442),
    "aarch64": (40, 39, 41, 97, 268, 51, 428, 429, 430, 431, 432, 433, 442),
}
"""mount umount2 pivot_root unshare setns chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr"""

_DENIED = {
    "x86_64": (101, 310, 311, 312, 246, 320, 321, 298, 250, 248, 249, 323, 175, 313, 176, 167, 168, 169, 179, 163, 164,
        227, 159, 305, 304, 303, 212, 103, 153, 172, 173, 154, 170, 171, 300, 301),
    "aarch64": (117, 270, 271, 272, 104, 294, 280, 241, 219, 217, 218, 282, 105, 273, 106, 224, 225, 142, 60, 89, 170,
        112, 171, 266, 265, 264, 18, 116, 58, 161, 162, 262, 263),
}  # fmt: skip
"""ptrace process_vm_readv process_vm_writev kcmp kexec_load kexec_file_load bpf perf_event_open keyctl add_key
request_key userfaultfd init_module finit_module delete_module swapon swapoff reboot quotactl acct settimeofday
clock_settime adjtimex clock_adjtime open_by_handle_at name_to_handle_at lookup_dcookie syslog vhangup, on x86 iopl
ioperm modify_ldt, setdomainname and sethostname, fanotify_init fanotify_mark"""

_DENIED_ON_BOTH = (425, 426, 427, 438, 440)  # io_uring_setup, _enter, _register; pidfd_getfd process_madvise
_CLONE3 = 435
_CALLS = {
    "x86_64": {"clone": 56, "socket": 41, "ioctl": 16, "kill": 62, "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129,
        "rt_tgsigqueueinfo": 297, "pidfd_open": 434},
    "aarch64": {"clone": 220, "socket": 198, "ioctl": 29, "kill": 129, "tkill": 130, "tgkill": 131,
        "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "pidfd_open": 434},
}  # fmt: skip
_TO_PROCESSES = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open")


def available() -> bool:
    """Whether this machine can have the filter."""
    action = struct.pack("=I", _ERRNO)
    try:
        return syscalls.machine in _ARCHITECTURES and syscalls.call("seccomp", 2, 0, ctypes.c_char_p(action)) == 0
    except OSError:
        return False


def program(machine: str, protected: Iterable[int], *, namespaces: bool = False) -> bytes:
    """The filter. ``protected``: processes that must not be signalled. ``namespaces``: they may still be made.

    A signal to every process (``kill(-1)``) is refused, too.
    """
    calls = _CALLS[machine]
    denied = [*_DENIED[machine], *_DENIED_ON_BOTH, *(() if namespaces else _MOUNTS[machine])]
    code = [
        _load(_ARCHITECTURE), _unless(_EQUAL, _ARCHITECTURES[machine]), _fail(errno.ENOSYS),
        _load(_NUMBER), _if(_AT_LEAST, _X32), _fail(errno.ENOSYS),
        _if(_EQUAL, _CLONE3), _fail(errno.ENOSYS),  # the C library falls back to clone, whose flags can be seen
    ]  # fmt: skip
    for number in denied:
        code += [_if(_EQUAL, number), _fail(errno.EPERM)]
    if not namespaces:
        code += _on(calls["clone"], _FIRST, [_if(_ANY_BIT, _NAMESPACES), _fail(errno.EPERM)])
    family = [_jump(_EQUAL, value, len(_FAMILIES) - at, 0) for at, value in enumerate(_FAMILIES)]
    code += _on(calls["socket"], _FIRST, [*family, _fail(errno.EAFNOSUPPORT)])
    terminal = [part for value in (_TIOCSTI, _TIOCLINUX) for part in (_if(_EQUAL, value), _fail(errno.EPERM))]
    code += _on(calls["ioctl"], _SECOND, terminal)
    numbers = {-1 & 0xFFFF_FFFF} | {pid & 0xFFFF_FFFF for one in protected for pid in (one, -one)}
    refused = [part for value in sorted(numbers) for part in (_if(_EQUAL, value), _fail(errno.EPERM))]
    for name in _TO_PROCESSES:
        code += _on(calls[name], _FIRST, refused)
    return b"".join([*code, _pack(_RETURN, 0, 0, _ALLOWED)])


class Filter:
    """A program in the form in which the kernel takes it."""

    def __init__(self, code: bytes) -> None:
        self._buffer = ctypes.create_string_buffer(code, len(code))
        self._header = ctypes.c_char_p(struct.pack("@HP", len(code) // 8, ctypes.addressof(self._buffer)))

    def install(self) -> None:
        """Filter this process and its children for good. Needs no_new_privs. Raises OSError."""
        syscalls.call("seccomp", _SET_MODE_FILTER, _ALLOW_SPECULATION, self._header)


def _on(number: int, argument: int, then: list[bytes]) -> list[bytes]:
    """``then`` looks at an argument of one call; who comes out of it goes on with the number."""
    return [_jump(_EQUAL, number, 0, len(then) + 2), _load(argument), *then, _load(_NUMBER)]


def _load(offset: int) -> bytes:
    return _pack(_LOAD, 0, 0, offset)


def _if(test: int, value: int) -> bytes:
    """Go on with the next instruction if it holds, else pass it over."""
    return _jump(test, value, 0, 1)


def _unless(test: int, value: int) -> bytes:
    return _jump(test, value, 1, 0)


def _jump(test: int, value: int, met: int, unmet: int) -> bytes:
    return _pack(test, met, unmet, value)


def _fail(number: int) -> bytes:
    return _pack(_RETURN, 0, 0, _ERRNO | number)


def _pack(operation: int, met: int, unmet: int, value: int) -> bytes:
    return struct.pack("=HBBI", operation, met, unmet, value)
