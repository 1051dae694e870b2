"""The data plane: the life of a request, from its first byte to the last of its answer."""
