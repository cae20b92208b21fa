"""Reads the description of the API, and writes it as Python and TypeScript."""
