"""Long-term memory: what is searched, recalled, learned, read from files and forgotten."""
