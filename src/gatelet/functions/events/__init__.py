"""Asynchronous invocations: accepted into a durable queue, retried as Lambda retries, sent on to destinations.

``delivery.EventDelivery`` is the front door. Reference: lambda-execution section 10.
"""
