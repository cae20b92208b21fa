"""Reads the description of the API, and writes it as Python, TypeScript and Rust."""
