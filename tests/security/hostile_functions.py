"""The handlers of attackers. Each tries, and tells what it got; what must end it says so in the test."""

from __future__ import annotations

VICTIM = """
import os
def handler(event, context):
    return os.getpid()
"""

_TRY = """
import ctypes, json, os, resource, signal, socket, subprocess, sys, threading, time
def tried(work):
    try:
        return ["got", repr(work())[:200]]
    except BaseException as error:
        return ["refused", f"{type(error).__name__}: {error}"[:200]]
def mark(event, pid):
    with open(event["marks"], "a") as file:
        file.write(f"{pid} ")
libc = ctypes.CDLL(None, use_errno=True)
def called(name, *arguments):
    result = getattr(libc, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result
"""

SIBLING = """
import glob, os, tempfile, time
place = os.path.join(os.environ.get("TMPDIR", "/tmp"), "own")
def handler(event, context):
    own = os.path.join(tempfile.gettempdir(), "own")
    with open(own, "x") as file:
        file.write("mine")
    time.sleep(event)
    found = glob.glob(os.path.join(os.path.dirname(tempfile.gettempdir()), "*", "own"))
    try:
        open(place, "x")
        found.append(place)
    except OSError:
        pass
    return [os.getppid(), [path for path in found if path != own]]
"""
"""Forks of one template: each looks for what the others wrote, and where the template itself might write."""

ATTACKS: dict[str, str] = {
    name: _TRY + source
    for name, source in {
        "fork bomb": """
def handler(event, context):
    while True:
        try:
            pid = os.fork()
            if pid == 0:
                mark(event, os.getpid())
        except OSError:
            time.sleep(0.01)
""",
        "many processes": """
def handler(event, context):
    pids = []
    try:
        while len(pids) < 400:
            pid = os.fork()
            if pid == 0:
                signal.pause()
            pids.append(pid)
    except OSError:
        pass
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return len(pids)
""",
        "memory": """
def handler(event, context):
    kept = []
    while True:
        kept.append(b"x" * 16_000_000)
        time.sleep(0.02)
""",
        "memory of children": """
def handler(event, context):
    for _ in range(3):
        if os.fork() == 0:
            mark(event, os.getpid())
            kept = b"x" * 70_000_000
            time.sleep(30)
    time.sleep(30)
""",
        "disk": """
def handler(event, context):
    import tempfile
    written = 0
    try:
        for number in range(64):
            with open(f"{tempfile.gettempdir()}/{number}", "wb") as file:
                file.write(b"x" * 1_000_000)
            written += 1
            time.sleep(0.03)
    except OSError as error:
        return [written, type(error).__name__]
    return [written, ""]
""",
        "data directory": """
def handler(event, context):
    return [
        tried(lambda: os.listdir(event["data"])),
        tried(lambda: open(event["data"] + "/state.db", "rb").read(16)),
        tried(lambda: open(event["data"] + "/state.db", "ab")),
    ]
""",
        "code of others": """
def handler(event, context):
    found = []
    for parent, _, names in os.walk(event["code"]):
        found += names
    for root in ("/var/task", "/.gatelet"):
        for parent, _, names in os.walk(root):
            found += [name for name in names if parent != "/var/task"]
    return [found, tried(lambda: os.listdir(event["code"]))]
""",
        "environment and memory of others": """
def handler(event, context):
    own = os.getpid()
    got = []
    for pid in {event["gateway"], event["victim"], os.getppid(), *map(int, filter(str.isdigit, os.listdir("/proc")))}:
        for name in ("environ", "mem", "maps", "fd/0", "root/etc/hostname", "cwd/x"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    if pid != own and file.read(1):
                        got.append([pid, name])
            except OSError:
                pass
    return got
""",
        "signals": """
def handler(event, context):
    tried(lambda: os.kill(-1, signal.SIGKILL))  # where it may be asked, it reaches nobody
    targets = (event["gateway"], os.getppid(), event["victim"], -event["gateway"])
    return [tried(lambda: os.kill(pid, signal.SIGKILL)) for pid in targets]
""",
        "tracing": """
def handler(event, context):
    return [tried(lambda: called("ptrace", 16, pid, 0, 0)) for pid in (event["gateway"], os.getppid(), event["victim"])]
""",
        "privileges": """
def handler(event, context):
    return [
        tried(lambda: os.setuid(0)),
        tried(lambda: called("mount", b"x", b"/tmp", b"tmpfs", 0, None)),
        tried(lambda: called("chroot", b"/tmp")),
        tried(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))),
        tried(lambda: resource.setrlimit(resource.RLIMIT_NPROC, (90_000, 90_000))),
        tried(lambda: resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))),
        tried(lambda: open("/var/task/app.py", "a")),
        tried(lambda: open("/etc/gatelet", "w")),
    ]
""",
        "threads": """
count = 0
def handler(event, context):
    global count
    count += 1
    if count == 1:
        for _ in range(8):
            threading.Thread(target=lambda: time.sleep(60), daemon=True).start()
    return count
""",
        "closed channel": """
def handler(event, context):
    os.closerange(3, 256)
""",
        "garbage": """
def handler(event, context):
    for descriptor in range(3, 64):
        tried(lambda: os.write(descriptor, b"\\xff" * 64))
""",
        "no answer": """
def handler(event, context):
    while True:
        pass
""",
        "flood": """
def handler(event, context):
    while True:
        print("x" * 1000)
""",
        "daemon": """
def handler(event, context):
    for _ in range(2):
        if os.fork() == 0:
            os.setsid()
            called("prctl", 1, 0, 0, 0, 0)
            if os.fork():
                os._exit(0)
            mark(event, os.getpid())
            time.sleep(60)
            os._exit(0)
    time.sleep(0.2)
    os._exit(1)
""",
    }.items()
}
