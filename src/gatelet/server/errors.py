"""Why a Gatelet does not start.

Exception
├── InvalidConfiguration    a setting that cannot be; the text says which, and what to do
└── CannotStart             the settings are fine, the machine says no: a port or a data directory in use
"""

from __future__ import annotations


class InvalidConfiguration(Exception):
    """A setting that cannot be; the text says which, and what to do."""


class CannotStart(Exception):
    """Something that the start needs is not to be had; the text says what."""
