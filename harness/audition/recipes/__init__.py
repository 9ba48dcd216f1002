"""Recipes: how one fine-tuning is done. Some ship with audition, others come from TOML files. Private."""
