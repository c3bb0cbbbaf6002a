"""A small sentence encoder on the CPU: its published weights made into an int8 graph on this computer, once."""
