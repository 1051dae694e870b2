"""The layers of the sandbox as the gateway sees them: which this host has, which the operator requires."""
