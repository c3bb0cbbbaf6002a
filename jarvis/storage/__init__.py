"""The SQLite database: the truth behind everything that Jarvis shows or remembers."""
