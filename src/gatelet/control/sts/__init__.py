"""STS. Reference: identity section 3."""
