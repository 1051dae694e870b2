"""Amazon Resource Names: parsing and building."""

from __future__ import annotations

from dataclasses import dataclass

from gatelet.aws.scope import Scope


class InvalidArn(ValueError):
    """The text is not an ARN."""


@dataclass(frozen=True, slots=True)
class Arn:
    """``arn:{partition}:{service}:{region}:{account}:{resource}``; the resource may hold colons."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """The ARN that the text spells. Raises InvalidArn."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
            raise InvalidArn(text)
        return cls(*parts[1:])

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def function_arn(scope: Scope, name: str, qualifier: str | None = None) -> str:
    """The ARN of a Lambda function, qualified when a qualifier is given."""
    arn = f"arn:{scope.partition}:lambda:{scope.region}:{scope.account}:function:{name}"
    return arn if qualifier is None else f"{arn}:{qualifier}"


def execute_api_arn(scope: Scope, api_id: str, stage: str, method: str, path: str) -> str:
    """The ARN of a method of a deployed API; ``path`` starts with a slash.

    Reference: apigateway-control-plane section 2 ("Execute ARN").
    """
    return f"arn:{scope.partition}:execute-api:{scope.region}:{scope.account}:{api_id}/{stage}/{method}{path}"
