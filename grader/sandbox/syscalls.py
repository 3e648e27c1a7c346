"""Which calls of the kernel a submission is refused, as a program for seccomp.

libseccomp makes the program, outside the sandbox; a worker loads it into itself, where
nothing but the program's bytes is needed, and all that it starts inherits it. torch,
DataLoader and threads need none of these calls.
"""

from __future__ import annotations

import errno
import functools
import importlib
import tempfile
from typing import Any

KEYS = ("add_key", "keyctl", "request_key")
SURFACE = (
    *("bpf", "perf_event_open", "userfaultfd", "fanotify_init", "syslog"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register"),
)
OTHER_PROCESSES = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise"),
    *("kcmp", "pidfd_getfd"),
)
NAMESPACES = (
    *("mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr"),
    *("unshare", "setns", "open_by_handle_at"),
)
MACHINE = (
    *("init_module", "finit_module", "delete_module"),
    *("kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct"),
    *("settimeofday", "clock_settime", "adjtimex", "clock_adjtime"),
    *("sethostname", "setdomainname", "quotactl", "personality"),
)
SETTINGS = (
    *("setpriority", "ioprio_set", "migrate_pages", "move_pages"),
    *("sched_setattr", "sched_setscheduler", "sched_setparam"),
)
"""They reach other processes of the same user: the server is one."""
UNCOUNTED = ("memfd_create", "shmget", "semget", "msgget")
"""They keep memory that stands in no process's account."""
OF_ALL = ("inotify_init", "inotify_init1", "io_setup")
"""They take of what there is only so much of for a user, or for the whole machine."""
DENIED = (
    *(*KEYS, *SURFACE, *OTHER_PROCESSES, *NAMESPACES, *MACHINE, *SETTINGS),
    *(*UNCOUNTED, *OF_ALL),
)

CLONE_NEW = {
    *(0x00020000, 0x02000000, 0x04000000, 0x08000000),  # mounts, cgroup, uts, ipc
    *(0x10000000, 0x20000000, 0x40000000, 0x00000080),  # user, pid, net, time
}
SERVER = 1  # its id inside bubblewrap
UNKNOWN = -1  # of a call that this libseccomp has no number for


@functools.cache
def find_library() -> Any:
    """Return the binding of libseccomp, None where there is none.

    To look for it takes a process, which most commands do without.
    """
    try:
        return importlib.import_module("pyseccomp")
    except (ImportError, OSError, RuntimeError):
        return None


@functools.cache
def make_program() -> bytes:
    """Return the program that refuses the calls, and allows all others.

    A refused call fails with EPERM, as it does without rights. Where there is no
    libseccomp, the program is empty.
    """
    seccomp = find_library()
    if seccomp is None:
        return b""
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    arch = seccomp.system_arch()
    for name in DENIED:
        if seccomp.resolve_syscall(arch, name) != UNKNOWN:
            rules.add_rule(refuse, name)
    for flag in CLONE_NEW:
        new = seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag)
        rules.add_rule(refuse, "clone", new)
    # its flags lie in memory, which a filter cannot read; libc goes on with clone
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.add_rule(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    server = seccomp.Arg(0, seccomp.EQ, SERVER)
    rules.add_rule(refuse, "sched_setaffinity", server)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
