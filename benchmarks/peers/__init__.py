"""What Gatelet is measured against. Each runs the handler of examples/users behind GET /prod/users."""
