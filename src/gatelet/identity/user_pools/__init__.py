"""Cognito user pools: passwords, SRP, keys, tokens and what is known of pools in memory. No operation lives here."""
