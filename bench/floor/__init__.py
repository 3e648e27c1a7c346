"""The floor: what the tests alone cost in one warm process, and what grading adds."""
