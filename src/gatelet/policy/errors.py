"""What can be wrong with a policy.

Exception
├── MalformedPolicy            the document breaks the grammar; the message is AWS's text
│   └── UnsupportedOperator    a condition operator that does not exist: the policy is refused, never half read
└── Unresolved                 a policy variable has no value: the statement does not match
"""

from __future__ import annotations


class MalformedPolicy(ValueError):
    """The policy breaks the grammar. The message is what IAM answers (MalformedPolicyDocument)."""


class UnsupportedOperator(MalformedPolicy):
    """The condition operator is not known, so the policy cannot be evaluated at all."""

    def __init__(self, operator: str) -> None:
        super().__init__(f"Invalid Condition type : {operator}.")
        self.operator = operator


class Unresolved(Exception):
    """A ``${variable}`` has no value in this request and no default."""
