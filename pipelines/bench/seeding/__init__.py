"""Make a large planted store for measuring: many accounts, years of answers, no model run over the comments."""
