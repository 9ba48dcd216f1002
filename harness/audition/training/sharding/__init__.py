"""One model over several devices (FSDP): a process for each, which all train the same model on other rows.

`leader.py` is torch-free and runs in the worker: it starts the processes, hands them the request and takes their
answer. The rest runs in these processes: `rank.py` is their program, `team.py` what they say to each other,
`assignment.py` who takes which rows, `layout.py` the model, every device holding a share of each parameter.
"""
