"""CloudWatch: the metrics that Gatelet records, and those that functions and clients put.

Alarms, dashboards, metric math and everything else answer 501.
"""
