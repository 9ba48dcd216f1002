"""How one fine-tuning is done: recipes that ship with audition, recipes in TOML files, and what supports them."""
