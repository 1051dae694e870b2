"""Exception
└── CountersUnavailable   the store of the counters does not answer: whoever asks decides what then
"""

from __future__ import annotations


class CountersUnavailable(Exception):
    """The store of the counters does not answer."""
