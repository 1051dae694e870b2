"""DynamoDB: tables, items, queries, transactions and streams, on the port of storage/table_ports.py.

Pure: numbers, values, comparison, sizes, keys, definition, expressions, legacy, writes, changes, capacity.
``service.Tables`` is the organ: it joins the pure parts with storage. The control plane calls it, and whoever
follows a stream (event source mappings) does, too.
"""
