"""What a method can stand in front of: one file per integration type."""
