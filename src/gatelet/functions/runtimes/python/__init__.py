"""The Python runtime: what a worker process runs around the user's handler.

These modules import nothing but the standard library (Python 3.9 or newer) and each other, relatively:
in a worker they are the package ``gatelet_runtime`` (see ``__main__``), so no name of ours can stand in the
way of a user's module. The gateway's side imports ``frames`` alone.
"""
