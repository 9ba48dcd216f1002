"""Rows from files, whatever they are written in."""
