"""Catalogues of texts: what is to be translated, kept up to date, and checked."""
