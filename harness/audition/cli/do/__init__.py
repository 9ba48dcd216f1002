"""The commands that do something: what `audition --help` lists under Do. Private."""
