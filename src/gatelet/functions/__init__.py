"""Lambda: what functions are, how their environments live, and how an event becomes a response."""
