"""The control plane: AWS's operations, one file per AWS resource.

An operation is an async function marked ``@operation(service, name)`` that takes a Call and the parsed
request (members as botocore names them) and returns the response's members. Routing, parsing,
validation, serialisation and errors are generic (gatelet.wire).
"""
