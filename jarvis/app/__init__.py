"""Builds everything: the only room that knows concrete classes and hands them around."""
