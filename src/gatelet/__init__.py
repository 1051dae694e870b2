"""Gatelet: serverless REST APIs on your own machines, wire-compatible with AWS."""

__version__ = "0.1.0"
