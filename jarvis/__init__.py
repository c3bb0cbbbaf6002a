"""Jarvis: a desktop voice assistant that answers from local or cloud models, or from no model at all."""

__version__ = "0.1.0"
