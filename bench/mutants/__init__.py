"""Mutate the solutions, grade each mutant, and list those that no test catches."""
