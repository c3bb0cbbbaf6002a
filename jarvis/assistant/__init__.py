"""The one run behind every door: a question in, events out. Knows only contracts."""
