"""A look at results afterwards: verify that the grader wrote them; merge shards."""
