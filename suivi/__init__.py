"""Suivi: a headless GraphQL API for what happens after a medical treatment abroad."""

__version__ = "0.1.0"
