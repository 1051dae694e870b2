"""Request validation: required parameters, then the body against its model. Pure: nothing is ever fetched.

Reference: apigateway-data-plane section 5.
"""
