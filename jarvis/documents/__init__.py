"""Files as pieces of text with citations: one reader per format, run in a child process."""
