"""Options as data, where Jarvis keeps its files, and the keyring."""
