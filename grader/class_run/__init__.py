"""A whole class: judges side by side, one report per student, scores at the end."""
