"""HTTP/1.1: the server that keeps header case and the raw path, with a bound on everything."""
