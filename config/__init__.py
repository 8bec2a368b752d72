"""Settings, routes and the server's entry: where everything is put together."""
