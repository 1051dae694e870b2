"""Who may call a method: IAM, Lambda authorizers, the API's resource policy. Everything fails closed."""
