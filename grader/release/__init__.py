"""What leaves the kit: handouts, CI files, and autograders for platforms."""
