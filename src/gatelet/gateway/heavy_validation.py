"""Bodies whose validation could hold the event loop: checked by a process beside, which may be ended.

The validator is native code that does not let other threads run meanwhile, so a thread would not help. The process
starts with the first such body, and ends when there was none for a while, with Gatelet (its input ends), or when it
takes too long.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress

from gatelet.aws.quotas import VALIDATION_IDLE_SECONDS, VALIDATION_SECONDS, VALIDATIONS_WAITING
from gatelet.gateway.validation.model import BodyModel

_PIECE_BYTES = 256 * 1024
_ANSWER_BYTES = 16 * 1024 * 1024


class ValidationUnavailable(Exception):
    """The body could not be checked: the text is for the execution log."""


class HeavyValidation:
    """One process that checks one body after another; started when it is needed."""

    __slots__ = ("_ending", "_lock", "_process", "_waiting")

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.TimerHandle | None = None
        self._lock = asyncio.Lock()
        self._waiting = 0

    async def check(self, model: BodyModel, body: bytes) -> str | None:
        """What is wrong with the body (see BodyModel.check), or None. Raises ValidationUnavailable."""
        if self._waiting >= VALIDATIONS_WAITING:
            raise ValidationUnavailable("Too many large request bodies wait for their validation")
        self._waiting += 1
        try:
            async with self._lock:
                return await self._ask(model, body)
        finally:
            self._waiting -= 1
            self._end_later()

    def _end_later(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        self._ending = asyncio.get_running_loop().call_later(VALIDATION_IDLE_SECONDS, self._end)

    def _end(self) -> None:
        """Nobody came: the process ends with its input."""
        if self._waiting == 0 and self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process = None

    async def close(self) -> None:
        """End the process."""
        if self._ending is not None:
            self._ending.cancel()
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _ask(self, model: BodyModel, body: bytes) -> str | None:
        schemas = json.dumps({"root": model.schemas.root, "by_url": model.schemas.by_url})
        line = json.dumps({"schemas": schemas, "length": len(body)}).encode() + b"\n"
        answered = False
        try:
            async with asyncio.timeout(VALIDATION_SECONDS):
                process = await self._started()
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(line)
                for begin in range(0, len(body), _PIECE_BYTES):
                    process.stdin.write(body[begin : begin + _PIECE_BYTES])
                    await process.stdin.drain()
                answer = await process.stdout.readline()
            said: str | None = json.loads(answer)
            answered = True
            return said
        except TimeoutError:
            raise ValidationUnavailable("The validation of the request body takes too long") from None
        except (OSError, ValueError) as error:
            raise ValidationUnavailable(f"The request body could not be validated: {error}") from error
        finally:
            if not answered:  # whatever it does now, the next answer would not be the next question's
                await self.close()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "gatelet.gateway.validation.child",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_ANSWER_BYTES,
                env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                start_new_session=True,  # Ctrl-C comes to Gatelet alone
            )
        return self._process
