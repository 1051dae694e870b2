"""The IAM policy language: documents, matching and evaluation. Pure."""
