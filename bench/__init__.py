"""Measures what a request costs. `make bench` runs it; nothing here decides whether a test passes."""
