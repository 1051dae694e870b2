"""The outgoing HTTP/1.1 client: header case and raw paths kept, no redirects, a bound on everything."""
