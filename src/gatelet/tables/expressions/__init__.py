"""The languages of DynamoDB's expressions: condition, filter, key condition, projection and update. Pure.

``tokens`` splits a text, ``parser`` has what every language shares (paths, values, errors), ``conditions``,
``updates`` and ``projections`` are the languages, ``key_conditions`` finds a key's range in a condition. What they
make are small trees (``syntax``) that hold attribute names and values, no placeholders, so that another
language can make the same trees. ``evaluation``, ``application`` and ``selection`` run them on an item.
Everything is bounded by the text's 4 KB; what is wrong raises ExpressionFailure and nothing else.
"""
