"""A real Gatelet, started as its users start it, and AWS clients that know nothing but its endpoint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# How fast a machine is says nothing about a property.
settings.register_profile("gatelet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gatelet")

# A shell starts background jobs with SIGINT ignored, and children inherit that: here Ctrl-C is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class RunningGatelet:
    """A Gatelet process of the tests' own."""

    data_dir: Path
    arguments: tuple[str, ...] = ()
    endpoint: str = ""
    output: list[str] = field(default_factory=list)
    session: boto3.session.Session = field(default_factory=boto3.session.Session)
    """One for all clients: it reads the services' models once."""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start and wait until it serves."""
        port = self.endpoint.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "gatelet.cli.main", "start", "--port", port, "--data-dir", str(self.data_dir)]
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "GATELET_")) or name == "GATELET_RUNTIME_DIR"
        }
        log = (self.data_dir.parent / f"{self.data_dir.name}.log").open("a")
        with log:
            self.process = subprocess.Popen(
                [*command, *self.arguments], stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=ROOT
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.rstrip())
            if line.startswith("Gatelet is ready on "):
                self.endpoint = line.split()[-1]
                break
        else:
            raise AssertionError(f"Gatelet did not start: {Path(log.name).read_text('utf-8')}")

    def kill(self) -> None:
        """``kill -9``."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """A graceful stop."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(40)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    @property
    def pid(self) -> int:
        """The gateway's process."""
        assert self.process is not None
        return self.process.pid

    def log(self) -> str:
        """What the process wrote to standard error."""
        return (self.data_dir.parent / f"{self.data_dir.name}.log").read_text("utf-8")

    def environment(self) -> dict[str, str]:
        """What an AWS client needs in its environment, as `make run` prints it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def client(self, service: str, region: str = "us-east-1", account: str = "000000000000") -> Any:
        """A boto3 client of an account (a 12-digit access key is that account)."""
        return self.session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="test" if account == "000000000000" else account,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )

    def wait_healthy(self) -> None:
        """Until /health answers 200."""
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"{self.endpoint}/health", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("not healthy")


@pytest.fixture(scope="session")
def gatelet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGatelet]:
    """One Gatelet for the whole run, in the development mode."""
    running = RunningGatelet(tmp_path_factory.mktemp("gatelet") / "data")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own_gatelet(tmp_path: Path) -> Iterator[RunningGatelet]:
    """A Gatelet of one test's own, which it may kill and start again."""
    running = RunningGatelet(tmp_path / "data")
    running.start()
    yield running
    running.stop()
