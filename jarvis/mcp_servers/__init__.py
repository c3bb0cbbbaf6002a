"""Servers of the Model Context Protocol: configured in one file, run as children or reached by HTTP.

Their tools are offered to models under the same permissions as everything else.
"""
