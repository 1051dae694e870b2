"""What is shared and may be lost: token buckets, quotas, caches. In memory, or in Valkey for several processes."""
