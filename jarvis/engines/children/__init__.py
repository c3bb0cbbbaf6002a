"""The modules that run as child processes; nothing here is imported by the parent."""
