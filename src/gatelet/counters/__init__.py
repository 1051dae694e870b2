"""What is shared and may be lost: token buckets, quotas, leases, caches. In memory, or in Valkey for all processes."""
