"""What must survive: records, blobs and log events, behind ports. Only server/ground.py names a driver."""
