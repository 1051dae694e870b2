"""Thousands of asynchronous events while the process is killed: none is lost."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.walk import create_function

EVENTS = 5_000
KILLS = 3
SENDERS = 8
PATH = "/2015-03-31/functions/counted/invocations"
# A key that nobody knows is root in the development mode, unverified: the senders need no processor for signatures.
CREDENTIAL = "AWS4-HMAC-SHA256 Credential=AKIAANYBODYSKEY00000/20260101/us-east-1/lambda/aws4_request"
HEADERS = {
    "Authorization": f"{CREDENTIAL}, SignedHeaders=host, Signature=0",
    "X-Amz-Date": "20260101T000000Z",
    "X-Amz-Invocation-Type": "Event",
}
HANDLER = """
import os
def lambda_handler(event, context):
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(f"{event} {context.aws_request_id}\\n")
"""


def test_every_accepted_event_is_processed_though_the_process_is_killed(own_gatelet: Any, tmp_path: Any) -> None:
    """Lambda-execution section 10: 202 after the durable enqueue, at least once, the same id on every attempt."""
    seen = tmp_path / "seen"
    seen.touch(mode=0o666)
    seen.chmod(0o666)
    tmp_path.chmod(0o755)
    create_function(own_gatelet, "counted", HANDLER, Environment={"Variables": {"SEEN": str(seen)}})
    accepted: dict[int, str] = {}
    numbers = list(range(EVENTS - 1, -1, -1))
    lock = threading.Lock()
    serving = threading.Event()
    serving.set()

    def send() -> None:
        while not accept_until_killed(own_gatelet.endpoint, accepted, numbers, lock):
            serving.wait(30)

    with ThreadPoolExecutor(SENDERS) as senders:
        running = [senders.submit(send) for _ in range(SENDERS)]
        for kill in range(1, KILLS + 1):
            wait_until(lambda due=kill: len(accepted) >= EVENTS * due // (KILLS + 1))
            serving.clear()
            own_gatelet.kill()
            own_gatelet.start()
            serving.set()
        for one in running:
            one.result(60)
    assert len(accepted) == EVENTS
    wait_until(lambda: len({line.split()[0] for line in complete_lines(seen)}) == EVENTS)
    processed = [line.split() for line in complete_lines(seen)]
    attempts = Counter(request_id for _, request_id in processed)
    assert set(accepted.values()) <= attempts.keys(), "an event was accepted and never processed"
    by_id = {request_id: number for number, request_id in accepted.items()}
    assert all(by_id[request_id] == int(number) for number, request_id in processed if request_id in by_id)


def accept_until_killed(endpoint: str, accepted: dict[int, str], numbers: list[int], lock: threading.Lock) -> bool:
    """Send events over one connection; False if it broke before the numbers were used up: the last is sent again."""
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=30)
    try:
        while True:
            with lock:
                if not numbers:
                    return True
                number = numbers.pop()
            try:
                connection.request("POST", PATH, str(number), HEADERS)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                numbers.append(number)
                return False
            assert answer.status == 202
            accepted[number] = answer.headers["x-amzn-RequestId"]
    finally:
        connection.close()


def complete_lines(seen: Any) -> list[str]:
    """A worker that was killed may have left a line without an end."""
    return [line for line in seen.read_text().splitlines() if line.count(" ") == 1 and len(line.split()[-1]) == 36]


def wait_until(reached: Any) -> None:
    """Poll for at most a minute."""
    pause = threading.Event()
    for _ in range(6_000):
        if reached():
            return
        pause.wait(0.01)
    raise AssertionError("not reached within a minute")
