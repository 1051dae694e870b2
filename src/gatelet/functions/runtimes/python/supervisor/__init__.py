"""The Runtime API of one environment, served inside its own sandbox (docs/adr/0017).

A worker that is told to supervise imports no handler: it starts another program (``bootstrap``, Node.js) and speaks
Lambda's HTTP APIs with it and with extensions, and the gateway's frames with the gateway. Standard library only.
"""
