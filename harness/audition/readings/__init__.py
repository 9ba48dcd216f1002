"""How candidates will read a task, told from tokenisers alone before anything is trained. Private."""
