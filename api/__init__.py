"""Wiring, settings, HTTP, pages and commands: the only package that may import everything."""
