"""Projection expressions to paths. Pure."""

from __future__ import annotations

from gatelet.tables.expressions.parser import Parser, check_overlaps
from gatelet.tables.expressions.placeholders import Placeholders
from gatelet.tables.expressions.syntax import Path

LABEL = "ProjectionExpression"


def parse_projection(text: str, placeholders: Placeholders) -> tuple[Path, ...]:
    """The paths, none of which leads into another. Raises ExpressionFailure."""
    parser = Parser(LABEL, text, placeholders)
    paths = [parser.path()]
    while parser.accept(","):
        paths.append(parser.path())
    parser.finish()
    check_overlaps(LABEL, paths)
    return tuple(paths)
