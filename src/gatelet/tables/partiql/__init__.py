"""PartiQL as DynamoDB speaks it: statements to the trees of ``tables/expressions``. Pure, bounded by the text's 8 KB.

``tokens`` splits a text, ``values`` reads literals and paths, ``conditions`` WHERE, ``parser`` the statements of
``statements``; ``keys`` finds in a WHERE clause which items it means. What is wrong raises ValidationFailure and
nothing else. Reference: DynamoDB Developer Guide ("PartiQL - a SQL-compatible query language for Amazon DynamoDB").
"""
