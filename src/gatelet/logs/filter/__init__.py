"""The filter pattern language of CloudWatch Logs: ``pattern.compile_filter`` is its front door. Pure."""
