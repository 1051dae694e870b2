"""Function URLs: their addresses, their events (payload format 2.0), their answers, CORS. Pure but for the directory.

Reference: lambda-execution section 11, lambda-control-plane section 10.
"""
