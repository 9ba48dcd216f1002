"""`audition doctor` and `audition curves`: this machine, and what was measured on it. Private."""
