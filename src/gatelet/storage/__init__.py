"""What must survive: records, blobs and log events, behind ports. Only server/wiring.py names a driver."""
