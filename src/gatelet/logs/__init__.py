"""Log groups, log events on their way to disk, and the language that filters them."""
