"""A template: a process that has imported one version's module, forked for each of its environments.

What the import wrote to the log is kept, and written again by every environment, as if it had imported the
module itself. A process that cannot be forked (``fitness``) says so and ends.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import traceback
from typing import Any

from . import ahead, faults, fitness, forker, frames, jail, life, limits, loading, output, snapshots, worker
from .memory import PeakMemory
from .sandbox import syscalls
from .wire import Wire

_PRINTED_BYTES = 65_536
_RENEWED = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    *("AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE", "TMPDIR"),
)
"""What differs between the environments of a version; the rest may have been changed by the import."""


class Recorder:
    """Keeps the frames of log events."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.size = 0
        self._process = os.getpid()

    @property
    def owned(self) -> bool:
        """See output.Sender."""
        return self._process == os.getpid()

    def send(self, frame: bytes) -> None:
        """Keep it; what is too much makes the template unfit."""
        self.size += len(frame)
        if self.size <= _PRINTED_BYTES:
            self.frames.append(frame)


class Template:
    """One version, imported."""

    def __init__(self, settings: dict[str, Any], events: Any) -> None:
        self._settings = settings
        self._recorder = Recorder()
        self._streams = output.install(output.Journal(self._recorder))
        self._raw = os.memfd_create("output")
        os.dup2(self._raw, 1)
        os.dup2(self._raw, 2)
        self._printed = b""
        self._handler: Any = None
        self._walls = jail.Forks(settings)
        self._worker = worker.Worker(settings, events, self._streams)

    def load(self) -> str:
        """Import the module: why it cannot be a template, empty if it can."""
        before = fitness.Before(self._settings["temporary"])
        paths = faults.Paths(self._settings["code"], self._settings["runtime"])
        try:
            self._handler = loading.find_handler(self._settings["handler"], paths)
            if self._settings["snap_start"]:
                snapshots.run_before()
        except BaseException as error:  # noqa: BLE001 - told to the user by an environment that imports it itself
            return f"its import fails: {type(error).__name__}"
        self._streams.finish()
        self._printed = os.pread(self._raw, _PRINTED_BYTES + 1, 0)
        if len(self._printed) + self._recorder.size > _PRINTED_BYTES:
            return "it printed too much"
        return before.unfit() or self._bound()

    def _bound(self) -> str:
        """Where each environment has a directory of its own for ``/tmp``, the module must not keep the template's."""
        tempfile = sys.modules.get("tempfile")
        known = not self._walls.alike and tempfile is not None and tempfile.tempdir is not None
        return "it asked where /tmp is" if known else ""

    def become_worker(self, receive: ahead.Receive, parent: int) -> None:
        """Of a fork: isolate itself, wait for its environment, and be that."""
        if self._walls.alike:
            self._walls.enter()
        limits.die_with_parent(parent)
        _reseed()
        channel, *_ = receive()
        wire = Wire(channel)
        settings = json.loads(wire.receive()[1])
        if not self._walls.alike:
            self._walls.enter(settings)
        syscalls.call_oneself("worker")
        for name in _RENEWED:
            if name in settings["environment"]:
                os.environ[name] = settings["environment"][name]
        self._tell_of_the_import(wire)
        self._worker.connect(wire)
        life.live(self._begin, self._streams)

    def _tell_of_the_import(self, wire: Wire) -> None:
        now = int(time.time() * 1000)  # noqa: TID251 - the worker's clock
        for frame in self._recorder.frames:
            text = frames.decode_log(frames.decode_packet(frame)[1])[1]
            wire.send(frames.encode_log(now, text.encode("utf-8", "replace")))
        if self._printed:
            os.write(1, self._printed)
            wire.send(frames.encode(frames.OUTPUT, b""))
        os.close(self._raw)

    def _begin(self) -> None:
        if self._settings["snap_start"]:
            try:
                snapshots.run_after()
            except Exception:  # noqa: BLE001 - a hook may raise anything
                traceback.print_exc()
                life.leave(self._streams, snapshots.AFTER_FAILED)
        self._worker.serve(self._handler)


def _reseed() -> None:
    """What was drawn from one seed must differ between the forks; ``random`` and the system's own source see to it."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def run(control: int, parent: int, preloaded: loading.Preloaded, events: Any, based: bool) -> None:
    """Be a template until the control socket ends. Its configuration comes through that first."""
    own = socket.socket(fileno=control)
    settings = json.loads(own.recv(forker.MESSAGE_BYTES))
    jail.enter(settings, based=based)
    limits.die_with_parent(parent)
    syscalls.call_oneself("template")
    life.prepare(settings, preloaded)
    template = Template(settings, events)
    server = ahead.ForkerAhead(own, template.become_worker)
    begun = time.monotonic()  # noqa: TID251 - the worker's clock
    reason = template.load()
    if reason:
        server.say({"unfit": reason})
        os._exit(0)
    seconds = time.monotonic() - begun  # noqa: TID251 - the worker's clock
    server.serve({"ready": seconds, "kib": PeakMemory().kib()})
