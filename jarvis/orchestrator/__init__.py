"""Chooses which engine answers. Pure; knows only contracts."""
