"""The SQLite driver of storage: ``directory.open_data_directory`` is its front door."""
