"""What the commands do, as functions: `from audition import select, finetune, bench, fit, plan_memory`."""
