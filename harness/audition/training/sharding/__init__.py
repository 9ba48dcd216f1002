"""One model over several devices (FSDP): a process for each, which all train the same model on other rows. Private.

`team.py` is what the processes say to each other, `assignment.py` which rows each of them takes, and `parts.py` the
share of each parameter that one of them holds. `audition.workers` starts the processes, and
`audition.training.methods.sharded` spreads the model over them.
"""
