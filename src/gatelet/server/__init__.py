"""The composition root: configuration, wiring, the listener and the life of the process."""
