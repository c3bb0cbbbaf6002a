"""Microphones and speakers, of this computer and as files, and the rate conversion between them."""
