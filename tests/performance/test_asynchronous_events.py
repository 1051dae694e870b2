"""Thousands of asynchronous events while the process is killed: none is lost."""

from __future__ import annotations

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.reports import REPORTING, Reports
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
HANDLER = (
    REPORTING
    + """
def lambda_handler(event, context):
    report(event, context.aws_request_id)
"""
)


def test_every_accepted_event_is_processed_though_the_process_is_killed(own_gatelet: Any) -> None:
    """Lambda-execution section 10: 202 after the durable enqueue, at least once, the same id on every attempt."""
    with Reports() as reports:
        create_function(own_gatelet, "counted", HANDLER, Environment={"Variables": reports.variables})
        accepted = send_while_it_is_killed(own_gatelet)
        assert len(accepted) == EVENTS
        lines = reports.wait(lambda lines: len(set(lines)) >= EVENTS)
        if not set(accepted.values()) <= {json.loads(line)[1] for line in lines}:
            lines = reports.wait(lambda lines: set(accepted.values()) <= {json.loads(line)[1] for line in lines})
    by_id = {request_id: number for number, request_id in accepted.items()}
    processed = [json.loads(line) for line in lines]
    assert {number for number, _ in processed} == set(range(EVENTS))
    assert all(by_id[request_id] == number for number, request_id in processed if request_id in by_id)


def send_while_it_is_killed(own_gatelet: Any) -> dict[int, str]:
    """Every event's number, with the request id under which it was accepted."""
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
    return accepted


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


def wait_until(reached: Any) -> None:
    """Poll for at most a minute."""
    pause = threading.Event()
    for _ in range(6_000):
        if reached():
            return
        pause.wait(0.01)
    raise AssertionError("not reached within a minute")
