"""API Gateway's control plane: REST APIs and what belongs to them, one file per AWS resource.

Reference: apigateway-control-plane. One document per REST API holds the tree (gatelet.gateway.document);
``editing`` reads and writes it, ``patching`` applies PATCH, ``refusals`` names what is not enforced yet.
"""
