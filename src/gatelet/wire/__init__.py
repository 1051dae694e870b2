"""AWS's wire protocols, driven by botocore's service models. Pure: no input or output.

Public face: ``gatelet.wire.codec.Codec`` (one per process) and ``gatelet.wire.sigv4``.
"""
