"""Answers that were written from the statements alone, without a look at the tests."""
