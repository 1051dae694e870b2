"""The SQLite driver of storage: ``data_directory.open_data_directory`` is its front door."""
