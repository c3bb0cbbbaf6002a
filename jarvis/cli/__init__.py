"""The command line: commands in, events out. Reaches everything through `Services`."""
