"""How fast Gatelet is, measured beside its peers on the same machine in the same run."""
