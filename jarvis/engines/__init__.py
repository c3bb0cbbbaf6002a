"""Engines that answer questions: local models in children, and servers that speak the same protocol."""
