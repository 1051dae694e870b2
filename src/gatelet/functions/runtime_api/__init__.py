"""Which program runs a runtime beyond Python. The Runtime API is served by ``runtimes/python/supervisor``."""
