"""Lambda's operations. Reference: lambda-control-plane.

A function is one document (gatelet.functions.model.FunctionDocument), held and written whole: ``documents``.
What a client configures is checked in ``configuration`` and ``refusals``, its states move in ``life``
(a table) and ``settle`` (the work behind Pending and InProgress).
"""
