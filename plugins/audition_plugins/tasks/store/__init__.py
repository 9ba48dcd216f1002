"""Rows on disk as Arrow: written once, read many times."""
