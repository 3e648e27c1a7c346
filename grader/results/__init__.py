"""What a class run writes: results, their folder, and the signature on them."""
