"""What runs inside a worker process; everything below needs the standard library only."""
