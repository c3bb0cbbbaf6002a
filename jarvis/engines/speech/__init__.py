"""Speech recognition and synthesis through the Wyoming protocol: a child process or any service on the network."""
