"""Measure losses: charge for them, find them in the ledger or have them measured, keep them. Private."""
