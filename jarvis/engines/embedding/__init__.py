"""Texts as vectors and as ranks: embedders and rerankers in child processes or behind a server's address."""
