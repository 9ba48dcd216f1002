"""The commands that show something: what `audition --help` lists under Look. Private."""
