"""The gateway's side of a zygote (runtimes/python/zygote.py tells the protocol)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from gatelet.functions.process import OnExit, Process, StartFailed, interpreter_command, kill_session

_MESSAGE_BYTES = 4096
_CONTROL_BUFFER_BYTES = 1_048_576


class ZygoteProcess:
    """A fork of the zygote; the zygote alone signals it, so a reused process id is never hit."""

    __slots__ = ("_number", "_zygote", "on_exit", "pid")

    def __init__(self, zygote: Zygote, number: int, on_exit: OnExit) -> None:
        self._zygote = zygote
        self._number = number
        self.on_exit = on_exit
        self.pid = 0

    def kill(self) -> None:
        """Ask the zygote to kill the worker."""
        self._zygote.kill(self._number)


class Zygote:
    """Starts one zygote process on first use, and another when it dies; its workers die with it."""

    def __init__(self, interpreter: str, runtime: Path, event_module: Path) -> None:
        self._command = [*interpreter_command(interpreter), "zygote"]
        self._arguments = [str(runtime) if runtime.is_dir() else "", str(event_module)]
        self._control: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._workers: dict[int, ZygoteProcess] = {}
        self._next = 0
        self._ready = False
        self._broken = False
        self._starting: asyncio.Lock = asyncio.Lock()

    async def warm(self) -> None:
        """Start the zygote if it does not run. Raises StartFailed."""
        async with self._starting:
            if self._broken:
                raise StartFailed("it ended before it was ready")
            if self._control is None:
                await self._begin()

    async def start(self, channel: socket.socket, output: int, on_exit: OnExit) -> Process:
        """See gatelet.functions.process.Launcher; a zygote that still loads takes the request when it is done."""
        if self._control is None:
            await self.warm()
        assert self._control is not None
        self._next += 1
        number = self._next
        worker = ZygoteProcess(self, number, on_exit)
        message = json.dumps({"start": number}).encode()
        try:
            socket.send_fds(self._control, [message], [channel.fileno(), output])
        except OSError as error:
            raise StartFailed(str(error)) from error
        self._workers[number] = worker
        return worker

    def kill(self, number: int) -> None:
        """Kill one worker, unless it has ended."""
        if number in self._workers and self._control is not None:
            with suppress(OSError):
                self._control.send(json.dumps({"kill": number}).encode())

    async def stop(self) -> None:
        """End the zygote, its workers with it."""
        process, self._process = self._process, None
        self._lost()
        if process is not None:
            if process.returncode is None:
                kill_session(process.pid)
            await process.wait()

    async def _begin(self) -> None:
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _CONTROL_BUFFER_BYTES)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                str(far.fileno()),
                str(os.getpid()),
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=(far.fileno(),),
                start_new_session=True,
                env={"PATH": os.defpath},
            )
        except OSError as error:
            near.close()
            raise StartFailed(str(error)) from error
        finally:
            far.close()
        self._control = near
        self._ready = False
        asyncio.get_running_loop().add_reader(near.fileno(), self._readable)

    def _readable(self) -> None:
        assert self._control is not None
        while self._control is not None:
            try:
                data = self._control.recv(_MESSAGE_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                data = b""
            if not data:
                self._lost()
                return
            self._take(json.loads(data))

    def _take(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            self._ready = True
        elif "started" in message and message["started"] in self._workers:
            self._workers[message["started"]].pid = message["pid"]
        elif "exited" in message:
            worker = self._workers.pop(message["exited"], None)
            if worker is not None:
                worker.on_exit(os.waitstatus_to_exitcode(message["status"]))

    def _lost(self) -> None:
        """The zygote ended: the kernel has killed its workers."""
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
            self._broken = not self._ready
        workers, self._workers = self._workers, {}
        for worker in workers.values():
            worker.on_exit(-signal.SIGKILL)
