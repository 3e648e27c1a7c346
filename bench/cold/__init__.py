"""One submission from nothing, and what each further judge holds."""
