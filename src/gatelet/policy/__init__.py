"""The IAM policy language: documents, matching, conditions and decisions. Pure.

``evaluate.compile_policy`` turns statements into a Policy, ``Policy.decide`` answers for one request.
Reference: identity section 2.
"""
