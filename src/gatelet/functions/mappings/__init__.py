"""Event source mappings: the records of a stream, in batches, to a function.

Reference: lambda-control-plane section 12.

    service   one run for each mapping that is enabled, begun and ended as mappings change
    run       a mapping's lanes; a lane is one batch at a time, in order
    batches   what a lane reads: its share of the records, filtered, as many as a batch takes
    rules     what becomes of a batch after an attempt (pure)
    progress  how far each lane is, on disk before the next batch: every record is delivered at least once

Where records come from is a port (``source``); server/wiring.py connects it with the streams of tables.
"""
