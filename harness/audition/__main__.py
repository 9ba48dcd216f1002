"""`python -m audition`."""

from __future__ import annotations

from audition.cli import main

if __name__ == "__main__":
    main()
