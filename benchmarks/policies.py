"""`python -m benchmarks.policies`: what the evaluation of a policy costs (goal: 10 µs for 20 statements)."""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable, Mapping

from gatelet.policy.asked import Asked
from gatelet.policy.evaluate import Policy, compile_policy
from gatelet.policy.kind import Kind

_STATEMENTS = 20
_CALLS = 1_000
_REPEATS = 30
_FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function"


def policy() -> Policy:
    """Twenty statements about the same action: nothing is told apart by the action alone."""
    return compile_policy(
        [
            {
                "Sid": f"s{number}",
                "Effect": "Deny" if number % 5 == 4 else "Allow",
                "Action": ["lambda:InvokeFunction", "lambda:Get*"],
                "Resource": [f"{_FUNCTION}:f{number}-*", f"arn:aws:lambda:*:111122223333:function:g{number}*"],
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
            }
            for number in range(_STATEMENTS)
        ],
        kind=Kind.IDENTITY,
    )


def measure() -> Mapping[str, float]:
    """Microseconds an evaluation, the quickest of many rounds, by what is asked."""
    compiled = policy()
    names = {"the last statement denies": "f19-x", "one allows": "f18-x", "none fits": "other"}
    return {what: _microseconds(_evaluation(compiled, name)) for what, name in names.items()}


def _evaluation(compiled: Policy, name: str) -> Callable[[], object]:
    asked = Asked("lambda:InvokeFunction", f"{_FUNCTION}:{name}", {"aws:principaltag/team": ("blue",)})
    return lambda: compiled.evaluate(asked)


def _microseconds(call: Callable[[], object]) -> float:
    return min(timeit.repeat(call, number=_CALLS, repeat=_REPEATS)) / _CALLS * 1e6


def main() -> int:
    """Print the table."""
    for what, cost in measure().items():
        print(f"{_STATEMENTS} statements, {what:<27} {cost:6.1f} µs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
