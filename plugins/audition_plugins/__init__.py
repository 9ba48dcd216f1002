"""First-party plugins, one idea a file. They register like anybody's: through the `audition` entry-point group."""

from __future__ import annotations
