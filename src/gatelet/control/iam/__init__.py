"""IAM: roles with their inline and attached policies, and managed policies.

Policies are checked and stored; a later issue evaluates them. IAM is global: its records have no region.
Reference: identity section 3.
"""
