"""The recipe of the tiny zoo: what each model is, its tokeniser, its objective, its pre-training, its card."""
