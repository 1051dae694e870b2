"""IAM: users, groups, roles, access keys and policies, as users of Gatelet administer them.

What they mean for a call, ``gatelet.identity`` decides. IAM is global: its records have no region.
Reference: identity section 3.
"""
