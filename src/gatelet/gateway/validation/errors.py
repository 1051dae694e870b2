"""Why a validator cannot be made.

Exception
└── InvalidModel    the method's model cannot be compiled: that method answers 500, no other
"""

from __future__ import annotations


class InvalidModel(Exception):
    """The model is missing, is no JSON Schema draft 4, refers to nothing, or has a pattern that cannot be compiled."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"The model {name} cannot be used for validation: {problem}")
        self.name = name
