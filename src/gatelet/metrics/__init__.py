"""Counters and histograms: recorded in memory, summed up by the minute, kept as CloudWatch keeps them."""
