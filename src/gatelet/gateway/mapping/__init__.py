"""What happens between the method and the integration, as far as it is pure: parameters and template functions.

Reference: apigateway-data-plane section 11, apigateway-mapping-templates section 4.
"""
