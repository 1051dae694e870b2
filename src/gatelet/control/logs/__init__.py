"""CloudWatch Logs: groups, streams, events, their search and their tags (platform-neighbours section 1)."""
