"""Engines behind APIs of their own: Anthropic, Google, Ollama. Their clients are imported only when asked."""
