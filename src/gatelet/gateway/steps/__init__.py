"""The steps of a request's life, in the order in which the pipeline takes them."""
